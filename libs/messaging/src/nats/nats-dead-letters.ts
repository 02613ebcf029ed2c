import { NatsError, type JetStreamManager, type StoredMsg } from 'nats';
import { filedLetter, placeOf, readLetter, redriven, tenantOf, tenantToken } from '../dead-letter.js';
import type { DeadLetter, DeadLetters, FiledLetter, OutgoingMessage } from '../port.js';
import { translate } from './connection.js';
import { streamName } from './topology.js';
import { decodeData, MESSAGE_ID, type Namespace } from './wire.js';

interface Stored {
  readonly place: number;
  readonly id: string;
  readonly letter: DeadLetter;
  readonly filed: FiledLetter;
}

/**
 * The letters in the stream DEAD. Their subject ends with the tenant; those of releases that did not name it are looked
 * through one by one.
 */
export class NatsDeadLetters implements DeadLetters {
  readonly #stream: string;

  constructor(
    private readonly jsm: JetStreamManager,
    private readonly namespace: Namespace,
    private readonly publish: (message: OutgoingMessage) => Promise<unknown>,
  ) {
    this.#stream = streamName(namespace, 'dead');
  }

  async list(tenant: string, { after, limit }: { readonly after?: string; readonly limit: number }) {
    const from = (after === undefined ? 0 : (placeOf(after) ?? 0)) + 1;
    const { name } = this.namespace;
    const pages = [`${name}.dead.*.${tenantToken(tenant)}`, `${name}.dead.*`].map((filter) =>
      this.#page(filter, tenant, from, limit),
    );
    const found = (await Promise.all(pages)).flat();
    found.sort((a, b) => a.place - b.place);
    return found.slice(0, limit).map(({ filed }) => filed);
  }

  async find(tenant: string, key: string): Promise<FiledLetter | undefined> {
    return (await this.#find(tenant, key))?.filed;
  }

  async redrive(tenant: string, key: string): Promise<boolean> {
    const found = await this.#find(tenant, key);
    if (!found) return false;
    await this.publish(redriven(found.letter, found.id));
    await this.#forget(found);
    return true;
  }

  async discard(tenant: string, key: string): Promise<boolean> {
    const found = await this.#find(tenant, key);
    return found !== undefined && this.#forget(found);
  }

  async count(): Promise<number> {
    try {
      return (await this.jsm.streams.info(this.#stream)).state.messages;
    } catch (error) {
      throw translate(error);
    }
  }

  async #page(filter: string, tenant: string, from: number, limit: number): Promise<Stored[]> {
    const found: Stored[] = [];
    for (let place = from; found.length < limit; place++) {
      const message = await this.#get({ seq: place, next_by_subj: filter });
      if (!message) break;
      const stored = this.#stored(message);
      if (tenantOf(stored.letter) === tenant) found.push(stored);
      ({ place } = stored);
    }
    return found;
  }

  async #find(tenant: string, key: string): Promise<Stored | undefined> {
    const place = placeOf(key);
    const message = place === undefined ? undefined : await this.#get({ seq: place });
    const stored = message && this.#stored(message);
    return stored?.filed.key === key && tenantOf(stored.letter) === tenant ? stored : undefined;
  }

  /** False when another call was faster. */
  async #forget({ place }: Stored): Promise<boolean> {
    try {
      return await this.jsm.streams.deleteMessage(this.#stream, place, false);
    } catch (error) {
      if (isGone(error)) return false;
      throw translate(error);
    }
  }

  async #get(query: { readonly seq: number; readonly next_by_subj?: string }): Promise<StoredMsg | undefined> {
    try {
      // A sequence and a subject together ask for the next one; the client's type knows only one of them.
      return await this.jsm.streams.getMessage(this.#stream, query as { seq: number });
    } catch (error) {
      if (isGone(error)) return undefined;
      throw translate(error);
    }
  }

  #stored(message: StoredMsg): Stored {
    const subject = this.namespace.in(message.subject);
    const id = message.header?.get(MESSAGE_ID) || `${subject}:${message.seq}`;
    const letter = readLetter({ subject, id, data: jsonOf(message.data) });
    return { place: message.seq, id, letter, filed: filedLetter(letter, id, message.seq, message.time.getTime()) };
  }
}

/** No message at that place: it was deleted, or never there. */
function isGone(error: unknown): boolean {
  if (!(error instanceof NatsError)) return false;
  return error.code === '404' || [10037, 10043, 10057].includes(error.api_error?.err_code ?? 0);
}

function jsonOf(data: Uint8Array): unknown {
  try {
    return decodeData(data);
  } catch {
    return Buffer.from(data).toString('base64');
  }
}
