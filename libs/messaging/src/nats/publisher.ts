import { sleep } from '@tidemark/foundation';
import { BrokerUnavailable } from '../errors.js';
import type { OutgoingMessage } from '../port.js';
import { assertSubject, storageOf } from '../subjects.js';
import { ConnectionLost, NoAnswer, NoSubscriber, type Exchange } from './exchange.js';
import type { Connection } from './connection.js';
import { decodeData, encodeMessage, type Encoded, type Namespace } from './wire.js';

const ATTEMPT_MS = 5_000;
const PAUSE_MS = 100;
const MAX_IN_FLIGHT = 1_000;

interface Acknowledgement {
  readonly duplicate?: boolean;
  readonly error?: { readonly code: number; readonly description: string };
}

/** JetStream refused the message for now (no leader, no space). */
class Refused extends Error {
  override readonly name = 'Refused';
}

/** Publishes into the streams; at most 1,000 messages wait for their acknowledgement. */
export class Publisher {
  #inFlight = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly connection: Connection,
    private readonly exchange: Exchange,
    private readonly namespace: Namespace,
    private readonly patienceMs: number,
    /** Creates a stream that is gone. */
    private readonly ensure: () => Promise<void>,
  ) {}

  /**
   * Retries until `patienceMs` have passed: the message id makes that safe.
   * `limit` is the most bytes allowed.
   * @throws BrokerUnavailable · MessageTooLarge · TypeError
   */
  async publish(
    message: OutgoingMessage,
    limit?: number,
    patienceMs = this.patienceMs,
  ): Promise<{ duplicate: boolean }> {
    const encoded = this.#encode(message, limit);
    const subject = this.namespace.out(message.subject);
    if (this.#inFlight >= MAX_IN_FLIGHT) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#inFlight++;
    try {
      return await this.#insist(subject, encoded, Date.now() + patienceMs);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inFlight--;
    }
  }

  /** One attempt, in the order of the calls. @throws ConnectionLost · NoAnswer · NoSubscriber · Refused · MessageTooLarge · TypeError */
  async attempt(message: OutgoingMessage, limit?: number): Promise<{ duplicate: boolean }> {
    return this.#send(this.namespace.out(message.subject), this.#encode(message, limit));
  }

  #encode(message: OutgoingMessage, limit?: number): Encoded {
    assertSubject(message.subject);
    storageOf(message.subject);
    if (message.id === '') throw new TypeError('id: must not be empty');
    const { subject, data, headers, id } = message;
    return encodeMessage(subject, data, headers, id, this.connection.limit(limit));
  }

  async #insist(subject: string, encoded: Encoded, deadline: number): Promise<{ duplicate: boolean }> {
    for (;;) {
      try {
        await this.connection.up(Math.max(1, deadline - Date.now()));
        return await this.#send(subject, encoded, Math.max(1, deadline - Date.now()));
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (Date.now() + PAUSE_MS >= deadline || this.connection.nc.isClosed()) {
          throw new BrokerUnavailable(`could not publish to ${subject}: ${error.message}`, { cause: error });
        }
        if (error instanceof NoSubscriber) await this.ensure().catch(() => {});
        await sleep(PAUSE_MS);
      }
    }
  }

  async #send(subject: string, encoded: Encoded, leftMs = ATTEMPT_MS): Promise<{ duplicate: boolean }> {
    const timeoutMs = Math.min(ATTEMPT_MS, leftMs);
    const reply = await this.exchange.ask(subject, encoded.payload, {
      headers: encoded.headers,
      timeoutMs,
      survives: false,
    });
    const { duplicate = false, error } = decodeData(reply.data) as Acknowledgement;
    if (error) throw new Refused(error.description);
    return { duplicate };
  }
}

function isPassing(error: unknown): error is Error {
  return (
    error instanceof ConnectionLost ||
    error instanceof NoAnswer ||
    error instanceof NoSubscriber ||
    error instanceof Refused
  );
}
