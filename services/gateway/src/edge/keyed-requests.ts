import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { stream, TidemarkError, type CommandContext, type Fact } from '@tidemark/contracts';
import { Conflict, type EventStore } from '@tidemark/event-store';
import { canonicalJson, uuidv5, uuidv7 } from '@tidemark/foundation';
import { Ports } from './ports.js';

type RequestAccepted = Fact<'RequestAccepted', { readonly requestHash: string }>;
type RequestCompleted = Fact<'RequestCompleted', { readonly id: string }>;
type RequestEvent = RequestAccepted | RequestCompleted;

/** `request-<id derived from tenant and idempotency key>` */
const requestStream = stream<RequestEvent>('request', { RequestAccepted: true, RequestCompleted: true });

export interface KeyedRequest {
  /** Absent: every request is a new one. */
  readonly key: string | undefined;
  /** What is requested, such as `subscribe`, and with what. */
  readonly operation: string;
  readonly body: object;
}

interface Named {
  readonly id: string;
}

interface Known {
  readonly requestHash?: string;
  readonly id?: string;
}

/** Requests under an idempotency key, for resources whose own streams do not carry one: a stream for each key. */
@Injectable()
export class KeyedRequests {
  readonly #eventStore: EventStore;

  constructor({ eventStore }: Ports) {
    this.#eventStore = eventStore;
  }

  /**
   * Runs a creation that may be repeated without harm: after a crash, a repeated request completes it.
   * @throws TidemarkError DUPLICATE_REQUEST once it is completed · IDEMPOTENCY_KEY_REUSED
   */
  complete<Created extends Named>(context: CommandContext, request: KeyedRequest, create: () => Promise<Created>) {
    return this.#run(context, request, create, ({ id }) => id !== undefined);
  }

  /** Runs a creation once at most. @throws TidemarkError DUPLICATE_REQUEST, also after a crash in between · IDEMPOTENCY_KEY_REUSED */
  once<Created extends Named>(context: CommandContext, request: KeyedRequest, create: () => Promise<Created>) {
    return this.#run(context, request, create, () => true);
  }

  async #run<Created extends Named>(
    context: CommandContext,
    request: KeyedRequest,
    create: () => Promise<Created>,
    isOver: (known: Known) => boolean,
  ): Promise<Created> {
    const { key } = request;
    if (key === undefined) return create();
    const known = await this.#accept(context, key, request);
    if (known && isOver(known)) throw duplicate(known);
    const created = await create();
    await this.#append(context, key, { type: 'RequestCompleted', data: { id: created.id, at: Date.now() } }, 'any');
    return created;
  }

  /** What is known of an earlier, equal request; undefined when this is the first. @throws TidemarkError IDEMPOTENCY_KEY_REUSED */
  async #accept(context: CommandContext, key: string, { operation, body }: KeyedRequest): Promise<Known | undefined> {
    const requestHash = createHash('sha256').update(canonicalJson({ operation, body })).digest('base64url');
    const accepted: RequestAccepted = { type: 'RequestAccepted', data: { requestHash, at: Date.now() } };
    try {
      await this.#append(context, key, accepted, 'no_stream');
      return undefined;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
    const known = await this.#known(context, key);
    if (known.requestHash === requestHash) return known;
    throw new TidemarkError('IDEMPOTENCY_KEY_REUSED', 'the idempotency key was used with another request body', {
      fields: [{ field: 'Idempotency-Key', message: '`Idempotency-Key` was used with another request body' }],
    });
  }

  async #known(context: CommandContext, key: string): Promise<Known> {
    let known: Known = {};
    for await (const stored of this.#eventStore.read(nameOf(context, key))) {
      const event = requestStream.read(stored);
      if (event) known = { ...known, ...event.data };
    }
    return known;
  }

  async #append(
    context: CommandContext,
    key: string,
    event: RequestEvent,
    expected: 'no_stream' | 'any',
  ): Promise<void> {
    await this.#eventStore.append(nameOf(context, key), [{ id: uuidv7(), ...event, metadata: context }], expected);
  }
}

const nameOf = ({ tenant }: CommandContext, key: string) => requestStream.of(uuidv5('request', tenant, key));

const duplicate = ({ id }: Known) =>
  id === undefined
    ? new TidemarkError(
        'DUPLICATE_REQUEST',
        'a request with this idempotency key is in progress, or was interrupted: use another key',
      )
    : new TidemarkError('DUPLICATE_REQUEST', `${id} was already created with this idempotency key`, { id });
