import type { Place, RecordedEvent } from '@tidemark/event-store';
import { Loop, unlessAborted, withTimeout, type Daemon } from '@tidemark/foundation';
import { MessageTooLarge } from '../errors.js';
import { MAX_DEAD_LETTER_BYTES } from '../policy.js';
import type { DeadLetter, OutgoingMessage, Relaying, RelayOptions } from '../port.js';
import { Checkpoint } from './checkpoint.js';
import { translate, type Connection } from './connection.js';
import { Exchange } from './exchange.js';
import { Publisher } from './publisher.js';
import type { Namespace } from './wire.js';

const BATCH = 500;
const NAME = /^[A-Za-z0-9_=.-]+$/;

/**
 * Turns stored events into messages, without end. It runs in sessions, each on a separate connection that never
 * reconnects: on any failure the session ends and the next one resumes from the checkpoint. A reconnecting
 * client could lose a message and then send its successor; this one cannot, so messages are stored in the log's order.
 */
export class NatsRelay implements Relaying, Daemon {
  readonly #sessions: Loop;
  #checkpoint: Checkpoint | undefined;

  constructor(
    private readonly options: RelayOptions,
    private readonly dial: () => Promise<Connection>,
    private readonly namespace: Namespace,
    private readonly onError: (error: Error) => void,
  ) {
    if (!NAME.test(options.name)) throw new TypeError(`name: expected letters, digits, _ = . -, got "${options.name}"`);
    this.#sessions = new Loop({
      tick: (signal) => this.#session(signal),
      onError: (error) => onError(translate(error)),
    });
  }

  get position(): number {
    return this.#checkpoint?.position ?? -1;
  }

  start(): void {
    this.#sessions.start();
  }

  async stop(deadlineMs = 5_000): Promise<void> {
    await withTimeout(this.#sessions.stop(), deadlineMs, () => {});
  }

  async #session(signal: AbortSignal): Promise<void> {
    const connection = await this.dial();
    try {
      const kv = await connection.nc.jetstream().views.kv(`${this.namespace.name}_RELAY`);
      const checkpoint = new Checkpoint(kv, this.options.name, this.options.source.history, this.onError);
      const after = await checkpoint.load();
      this.#checkpoint = checkpoint;
      await this.#follow(connection, checkpoint, after, signal);
      if (connection.isUp) await checkpoint.close();
    } finally {
      await connection.close();
    }
  }

  /** Returns when it was stopped; throws when the session must end. */
  async #follow(connection: Connection, checkpoint: Checkpoint, from: Place, signal: AbortSignal): Promise<void> {
    const publisher = new Publisher(connection, new Exchange(connection), this.namespace, 0);
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {});
    let sending: Promise<void> = Promise.resolve();
    const { source, categories } = this.options;
    const subscription = source.subscribe(
      { categories, after: from.position, token: from.token, batchSize: BATCH, onError: this.onError },
      async (events, position, token) => {
        const previous = sending;
        const sent = this.#publish(publisher, events, checkpoint.position);
        sending = Promise.all([previous, sent]).then(() => checkpoint.advance(position, token));
        sending.catch((error: unknown) => broken.reject(error));
        await previous; // one batch is prepared while the previous one is in flight
      },
    );
    const lost = connection.closed.then(() => Promise.reject(new Error('the connection to NATS was lost')));
    try {
      await unlessAborted(Promise.race([broken.promise, subscription.ended, lost]), signal);
      throw new Error('the subscription to the event store ended');
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      lost.catch(() => {});
      await subscription.stop();
    }
    await sending;
  }

  /** Sends all at once, in order; `done` is the position that another relay of this name may have reached. */
  async #publish(publisher: Publisher, events: readonly RecordedEvent[], done: number): Promise<void> {
    const sent: Promise<void>[] = [];
    try {
      for (const event of events) {
        if (event.position <= done) continue;
        for (const message of this.options.map(event)) sent.push(this.#send(publisher, message));
      }
    } catch (error) {
      await Promise.allSettled(sent); // the mapping threw: the messages before it are still published
      throw error;
    }
    await Promise.all(sent);
  }

  /** A message that can never be published must not hold up the rest: a dead letter without its data records it. */
  async #send(publisher: Publisher, message: OutgoingMessage): Promise<void> {
    try {
      await publisher.attempt(message, MAX_DEAD_LETTER_BYTES);
    } catch (error) {
      if (!(error instanceof MessageTooLarge)) throw error;
      this.onError(translate(error));
      await publisher.attempt(tooLarge(this.options.name, message, error.message));
    }
  }
}

function tooLarge(relay: string, message: OutgoingMessage, reason: string): OutgoingMessage<DeadLetter> {
  const { subject, id, headers = {} } = message;
  const data = { subject, id, data: null, headers, durable: `relay:${relay}`, deliveryCount: 0, reason };
  return { subject: 'tidemark.dead.relay', id: `dead:relay:${relay}:${id}`, data };
}
