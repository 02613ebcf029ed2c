import type { Place, RecordedEvent } from '@tidemark/event-store';
import { Loop, unlessAborted, withTimeout, type Conditions, type Daemon } from '@tidemark/foundation';
import { MAX_DEAD_LETTER_BYTES } from '../dead-letter.js';
import { MessageTooLarge } from '../errors.js';
import { assertName } from '../policy.js';
import type { DeadLetter, OutgoingMessage, Relaying, RelayOptions } from '../port.js';
import { eventLetter, mapped } from '../relaying.js';
import { isStored } from '../subjects.js';
import { Checkpoint } from './checkpoint.js';
import { LOST, translate, type Connection } from './connection.js';
import { Exchange } from './exchange.js';
import { Publisher } from './publisher.js';
import type { Topology } from './topology.js';
import { encodeMessage, optionsOf, type Namespace } from './wire.js';

const BATCH = 500;
/** A server that takes longer to receive broadcasts is not there. */
const SENT_MS = 5_000;

interface RelayTools {
  readonly dial: () => Promise<Connection>;
  readonly namespace: Namespace;
  readonly topology: Topology;
  /** Files a dead letter, now or later. */
  readonly setAside: (letter: OutgoingMessage<DeadLetter>) => Promise<void>;
  readonly conditions?: Conditions | undefined;
  readonly onError: (error: Error) => void;
}

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
    private readonly tools: RelayTools,
  ) {
    assertName('name', options.name);
    this.#sessions = new Loop({
      tick: (signal) => this.#session(signal),
      onError: (thrown) => {
        const error = translate(thrown);
        tools.conditions?.raise(this.#subject, `publishes nothing: ${error.message}`);
        tools.onError(error);
      },
    });
  }

  get position(): number {
    return this.#checkpoint?.position ?? -1;
  }

  get #subject(): string {
    return `relay ${this.options.name}`;
  }

  start(): void {
    this.#sessions.start();
  }

  async stop(deadlineMs = 5_000): Promise<void> {
    await withTimeout(this.#sessions.stop(), deadlineMs, () => {});
  }

  async #session(signal: AbortSignal): Promise<void> {
    const { dial, topology } = this.tools;
    const connection = await dial();
    try {
      await topology.ensure();
      const broken = Promise.withResolvers<never>();
      broken.promise.catch(() => {});
      const bucket = await topology.bucket(connection.nc.jetstream());
      const { name, source } = this.options;
      const checkpoint = new Checkpoint(bucket, name, source.history, broken.reject);
      const from = await checkpoint.load();
      this.#checkpoint = checkpoint;
      await this.#follow(connection, checkpoint, from, broken, signal);
      if (connection.isUp) await checkpoint.close();
    } finally {
      await connection.close();
    }
  }

  /** Returns when it was stopped; throws when the session must end. */
  async #follow(
    connection: Connection,
    checkpoint: Checkpoint,
    from: Place,
    broken: PromiseWithResolvers<never>,
    signal: AbortSignal,
  ): Promise<void> {
    const { namespace, topology, onError } = this.tools;
    const publisher = new Publisher(connection, new Exchange(connection), namespace, 0, () => topology.ensure());
    const wellAgain = () => this.tools.conditions?.clear(this.#subject);
    let sending: Promise<void> = Promise.resolve();
    const { source, categories } = this.options;
    const subscription = source.subscribe(
      {
        ...{ categories, after: from.position, token: from.token, batchSize: BATCH, onError },
        onCaughtUp: () => void sending.then(wellAgain, () => {}),
      },
      async (events, position, token) => {
        const previous = sending;
        const sent = this.#publish(connection, publisher, events, checkpoint.position);
        sending = Promise.all([previous, sent]).then(() => {
          checkpoint.advance(position, token);
          wellAgain();
        });
        sending.catch((error: unknown) => broken.reject(error));
        await previous; // one batch is prepared while the previous one is in flight
      },
    );
    const lost = connection.closed.then(() => Promise.reject(new Error(LOST)));
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
  async #publish(
    connection: Connection,
    publisher: Publisher,
    events: readonly RecordedEvent[],
    done: number,
  ): Promise<void> {
    const sent: Promise<void>[] = [];
    let heard = false;
    for (const event of events) {
      if (event.position <= done) continue;
      const messages = mapped(this.options, event);
      if (messages instanceof Error) {
        sent.push(this.#setAside(event, messages));
        continue;
      }
      for (const message of messages) {
        if (isStored(message.subject)) sent.push(this.#send(publisher, event, message));
        else heard = this.#broadcast(connection, message) || heard;
      }
    }
    // Broadcasts have no acknowledgement: wait until the server has them, so that they cannot pile up here.
    if (heard) sent.push(connection.sent(SENT_MS));
    await Promise.all(sent);
  }

  /** A message that can never be published must not hold up the rest. */
  async #send(publisher: Publisher, event: RecordedEvent, message: OutgoingMessage): Promise<void> {
    try {
      await publisher.attempt(message, MAX_DEAD_LETTER_BYTES);
    } catch (error) {
      if (!(error instanceof MessageTooLarge)) throw error;
      await this.#setAside(event, error);
    }
  }

  #broadcast(connection: Connection, { subject, data, headers }: OutgoingMessage): boolean {
    const { namespace, onError } = this.tools;
    try {
      const encoded = encodeMessage(subject, data, headers, undefined, connection.limit());
      connection.nc.publish(namespace.out(subject), encoded.payload, optionsOf(encoded));
      return true;
    } catch (error) {
      onError(translate(error));
      return false;
    }
  }

  #setAside(event: RecordedEvent, { message }: Error): Promise<void> {
    return this.tools.setAside(eventLetter(this.options.name, event, message));
  }
}
