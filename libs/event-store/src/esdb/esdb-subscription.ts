import {
  START,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type PrefixesFilter,
  type RegexFilter,
} from '@eventstore/db-client';
import { Backoff } from '@tidemark/foundation';
import {
  categoryOf,
  type BatchHandler,
  type RecordedEvent,
  type SubscribeOptions,
  type Subscription,
} from '../port.js';
import { unavailable } from './driver-errors.js';
import { recorded } from './recorded-event.js';
import type { StreamNames } from './stream-names.js';

/** The server reports how far it has read at least every SEARCH_WINDOW × CHECKPOINTS events. */
const SEARCH_WINDOW = 32;
const CHECKPOINTS = 4;
/** Events that wait in the driver for the handler; beyond them, the connection's flow control slows the server. */
const WAITING_EVENTS = 64;

export interface SubscriptionContext {
  readonly client: EventStoreDBClient;
  readonly names: StreamNames;
  /** Position of the last event of the log. */
  readonly head: () => Promise<number>;
  /** Called once, when the subscription has ended. */
  readonly onEnd: () => void;
}

/** Events that have arrived and are not handled yet. */
interface Arrived {
  readonly events: RecordedEvent[];
  readonly position: number;
  readonly caughtUp: boolean;
}

/** Follows `$all` from a position and, after a lost connection, from the handler's position. */
export class EsdbSubscription implements Subscription {
  #handled: number | undefined;
  #stopping = false;
  #caughtUp = false;
  readonly #aborted = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  readonly #categories: ReadonlySet<string> | undefined;
  readonly #batchSize: number;
  readonly #backoff = new Backoff();

  constructor(
    private readonly options: SubscribeOptions,
    private readonly handler: BatchHandler,
    private readonly context: SubscriptionContext,
  ) {
    if (options.after !== 'end') this.#handled = options.after;
    this.#categories = options.categories && new Set(options.categories);
    this.#batchSize = options.batchSize ?? 500;
    void this.#run();
  }

  get position(): number {
    return this.#handled ?? -1;
  }

  get ended(): Promise<void> {
    return this.#end.promise;
  }

  stop(): Promise<void> {
    this.#stopping = true;
    this.#aborted.abort();
    return this.#end.promise;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        this.#handled ??= await this.context.head();
        await this.#follow(this.#handled);
      } catch (error) {
        if (this.#stopping) break;
        this.options.onError?.(unavailable(error));
        await this.#backoff.wait({ signal: this.#aborted.signal });
      }
    }
    this.context.onEnd();
    this.#end.resolve();
  }

  /** Runs over one connection. @throws the reason why it ended */
  async #follow(after: number): Promise<void> {
    const feed = new Feed(this.context.client, after, (checkpoint) =>
      streamNameFilter({
        ...this.context.names.filter(this.options.categories),
        maxSearchWindow: SEARCH_WINDOW,
        checkpointInterval: CHECKPOINTS,
        checkpointReached: checkpoint,
      } as Parameters<typeof streamNameFilter>[0] & { prefixes: string[] }),
    );
    const onAbort = () => feed.wake();
    this.#aborted.signal.addEventListener('abort', onAbort);
    try {
      while (!this.#stopping) {
        const arrived = feed.take(this.#batchSize, (event) => this.#convert(event));
        if (arrived) await this.#handle(arrived);
        else await feed.more();
      }
    } finally {
      this.#aborted.signal.removeEventListener('abort', onAbort);
      feed.close();
    }
  }

  /** The event as the caller knows it; undefined when it was not requested. */
  #convert(resolved: AllStreamResolvedEvent): RecordedEvent | undefined {
    const { event } = resolved;
    if (!event || event.type.startsWith('$')) return undefined; // `$streamDeleted`, say
    const stream = this.context.names.known(event.streamId);
    const wanted = this.#categories ? this.#categories.has(categoryOf(stream)) : !stream.startsWith('$');
    return wanted ? recorded(resolved, stream) : undefined;
  }

  async #handle({ events, position, caughtUp }: Arrived): Promise<void> {
    this.#backoff.reset();
    try {
      if (events.length > 0 || position > this.position) await this.handler(events, position);
      this.#handled = position;
      if (caughtUp && !this.#caughtUp) {
        this.#caughtUp = true;
        this.options.onCaughtUp?.();
      }
    } catch (error) {
      this.#stopping = true;
      this.options.onError?.(error as Error);
    }
  }
}

type MakeFilter = (reached: (source: unknown, position: { commit: bigint }) => void) => PrefixesFilter | RegexFilter;

/** The driver's subscription, read in batches. */
class Feed {
  readonly #source: AllStreamSubscription;
  #failure: Error | undefined;
  /** How far the server has read, and whether it has reached the end: covers all events that arrived before. */
  #checkpoint: number;
  #atEnd = false;
  #hasArrived = false;
  #waiting: (() => void) | undefined;

  constructor(client: EventStoreDBClient, after: number, filter: MakeFilter) {
    this.#checkpoint = after;
    const position = BigInt(Math.max(after, 0));
    this.#source = client.subscribeToAll(
      {
        fromPosition: after < 0 ? START : { commit: position, prepare: position },
        filter: filter((_, { commit }) => {
          this.#checkpoint = Number(commit);
          this.wake();
        }),
      },
      { highWaterMark: WAITING_EVENTS },
    );
    this.#source.on('error', (error: Error) => this.#fail(error));
    this.#source.on('end', () => this.#fail(new Error('the server ended the subscription')));
    this.#source.on('close', () => this.#fail(new Error('the connection was closed')));
    this.#source.on('readable', () => this.wake());
    this.#source.on('caughtUp', () => {
      this.#atEnd = true;
      this.wake();
    });
  }

  /** The next batch; undefined when there is nothing new. */
  take(limit: number, convert: (event: AllStreamResolvedEvent) => RecordedEvent | undefined): Arrived | undefined {
    const events: RecordedEvent[] = [];
    let position = -1;
    while (events.length < limit) {
      const next = this.#source.read() as AllStreamResolvedEvent | null;
      if (next === null) {
        // All events before the checkpoint have been taken, so the checkpoint counts.
        if (position < 0 && !this.#hasArrived) return undefined;
        this.#hasArrived = false;
        return { events, position: Math.max(position, this.#checkpoint), caughtUp: this.#atEnd };
      }
      const event = convert(next);
      if (event) events.push(event);
      position = Number(next.commitPosition ?? next.event?.position.commit);
      this.#checkpoint = Math.max(this.#checkpoint, position);
    }
    return { events, position, caughtUp: false };
  }

  /** Waits for something to arrive. @throws when the connection has ended */
  async more(): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (!this.#hasArrived) await new Promise<void>((resolve) => (this.#waiting = resolve));
  }

  wake(): void {
    this.#hasArrived = true;
    this.#waiting?.();
    this.#waiting = undefined;
  }

  close(): void {
    this.#source.unsubscribe().catch(() => {}); // it was never connected
    this.#source.destroy();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.wake();
  }
}
