import { type RecordedEvent } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { BrokerUnavailable, MessageTooLarge } from '../errors.js';
import { assertSize, DEDUPE_MS } from '../policy.js';
import type { OutgoingMessage } from '../port.js';
import { assertSubject, storageOf } from '../subjects.js';
import type { EmbeddedLog } from './embedded-log.js';

/** The category of the streams that hold published messages. */
export const PUBLISHED = '$msg';

const STORED_TOKENS = ['work', 'ingest', 'dead'];
/** The stream of the dead letters. */
export const DEAD_STREAM = `${PUBLISHED}-dead`;

interface Seen {
  readonly at: number;
  /** Settles with the append; undefined once it is stored. */
  stored: Promise<unknown> | undefined;
}

/** A published message; a dead letter that was redriven, with its message; one that was discarded. */
export const MESSAGE = 'message';
export const REDRIVEN = 'redriven';
export const DISCARDED = 'discarded';

/** An operator's decision on the letter at a revision of the dead letters' stream. */
export interface Settled {
  readonly letter: number;
  /** Published again by this very event, so that a crash separates nothing. */
  readonly message?: OutgoingMessage;
}

/** The messages that a `$msg` event publishes; none when it is an event of a newer version. */
export function publishedMessage({ type, data }: RecordedEvent): readonly OutgoingMessage[] {
  if (type === MESSAGE) return [data as OutgoingMessage];
  const { message } = type === REDRIVEN ? (data as Settled) : {};
  return message ? [message] : [];
}

/**
 * Published messages, appended to `$msg-<token>` streams of the log. An id seen within two minutes is a duplicate; the
 * ids of the last two minutes are read from the log at the first publish.
 */
export class Publications {
  /** Ids in the order of their time. */
  readonly #seen = new Map<string, Seen>();
  #ready: Promise<void> | undefined;
  #isReady = false;

  constructor(private readonly log: EmbeddedLog) {}

  /** @throws BrokerUnavailable · MessageTooLarge · TypeError */
  async publish(message: OutgoingMessage, limit?: number): Promise<{ duplicate: boolean }> {
    const { subject, id, data, headers = {} } = message;
    assertSubject(subject);
    storageOf(subject);
    if (id === '') throw new TypeError('id: must not be empty');
    const body = { subject, id, data, headers };
    assertSize(subject, Buffer.byteLength(JSON.stringify(body)), limit);
    if (!this.#isReady) await this.#recall();
    this.#forget(Date.now() - DEDUPE_MS);
    const first = this.#seen.get(id);
    if (!first) return this.#store(body);
    try {
      await first.stored;
      return { duplicate: true };
    } catch {
      return this.publish(message, limit); // the first one was not stored
    }
  }

  async #store(message: OutgoingMessage): Promise<{ duplicate: boolean }> {
    const stream = `${PUBLISHED}-${message.subject.split('.', 2)[1]}`;
    const traceparent = message.headers?.['traceparent'];
    const metadata = traceparent === undefined ? {} : { traceparent };
    const stored = this.log.append(stream, [{ id: uuidv7(), type: MESSAGE, data: message, metadata }], 'any');
    const seen: Seen = { at: Date.now(), stored };
    this.#seen.set(message.id, seen);
    try {
      await stored;
      seen.stored = undefined;
      return { duplicate: false };
    } catch (error) {
      this.#seen.delete(message.id);
      throw translate(error, message.subject);
    }
  }

  async #recall(): Promise<void> {
    this.#ready ??= this.#readIds();
    try {
      await this.#ready;
      this.#isReady = true;
    } catch (error) {
      this.#ready = undefined;
      throw translate(error, 'the message ids of the last two minutes');
    }
  }

  async #readIds(): Promise<void> {
    const oldest = Date.now() - DEDUPE_MS;
    const found: [string, number][] = [];
    for (const token of STORED_TOKENS) {
      try {
        for await (const event of this.log.read(`${PUBLISHED}-${token}`, { direction: 'backwards' })) {
          if (event.recordedAt < oldest) break;
          for (const { id } of publishedMessage(event)) found.push([id, event.recordedAt]);
        }
      } catch (error) {
        if ((error as Error).name !== 'StreamNotFound') throw error;
      }
    }
    found.sort((a, b) => a[1] - b[1]);
    for (const [id, at] of found) this.#seen.set(id, { at, stored: undefined });
  }

  #forget(before: number): void {
    for (const [id, { at }] of this.#seen) {
      if (at >= before) break;
      this.#seen.delete(id);
    }
  }
}

export function translate(error: unknown, what: string): Error {
  const { name, message } = error as Error;
  if (name === 'TooLarge') return new MessageTooLarge(`message for ${what}: ${message}`, { cause: error });
  if (name === 'Unavailable' || name === 'OutcomeUnknown') return unavailable(error);
  return error as Error;
}

export function unavailable(error: unknown): BrokerUnavailable {
  return new BrokerUnavailable(`the log cannot be reached: ${(error as Error).message}`, { cause: error });
}
