import {
  START,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type Position,
  type PrefixesFilter,
  type RegexFilter,
} from '@eventstore/db-client';
import { Backoff, type BoundedCache } from '@tidemark/foundation';
import {
  categoryOf,
  type BatchHandler,
  type RecordedEvent,
  type SubscribeOptions,
  type Subscription,
} from '../port.js';
import { unavailable } from './driver-errors.js';
import { fromServer, toServer, type LogPosition } from './log-position.js';
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
  /** The tokens of positions that handlers were given, for those that subscribe again without. */
  readonly tokens: BoundedCache<LogPosition>;
  /** Called once, when the subscription has ended. */
  readonly onEnd: () => void;
}

/** Events that have arrived and are not handled yet. */
interface Arrived extends LogPosition {
  readonly events: RecordedEvent[];
  readonly caughtUp: boolean;
}

/** Follows `$all` from a position and, after a lost connection, from the handler's position. */
export class EsdbSubscription implements Subscription {
  #handled: LogPosition | undefined;
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
    const { after, token = context.tokens.get(String(after))?.token } = options;
    if (after !== 'end') this.#handled = { position: after, ...(token !== undefined && { token }) };
    this.#categories = options.categories && new Set(options.categories);
    this.#batchSize = options.batchSize ?? 500;
    void this.#run();
  }

  get position(): number {
    return this.#handled?.position ?? -1;
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
        this.#handled ??= { position: await this.context.head() };
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
  async #follow(after: LogPosition): Promise<void> {
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

  async #handle({ events, position, token, caughtUp }: Arrived): Promise<void> {
    this.#backoff.reset();
    try {
      if (token !== undefined) this.context.tokens.set(String(position), { position, token });
      if (events.length > 0 || position > this.position) await this.handler(events, position, token);
      this.#handled = { position, ...(token !== undefined && { token }) };
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

type MakeFilter = (reached: (source: unknown, position: Position) => void) => PrefixesFilter | RegexFilter;

/** The driver's subscription, read in batches. */
class Feed {
  readonly #source: AllStreamSubscription;
  #failure: Error | undefined;
  /** How far the server has read, and whether it has reached the end: covers all events that arrived before. */
  #checkpoint: LogPosition;
  #atEnd = false;
  #hasArrived = false;
  #waiting: (() => void) | undefined;

  constructor(client: EventStoreDBClient, after: LogPosition, filter: MakeFilter) {
    this.#checkpoint = after;
    this.#source = client.subscribeToAll(
      {
        fromPosition: after.position < 0 && after.token === undefined ? START : toServer(after),
        filter: filter((_, reached) => {
          this.#checkpoint = later(this.#checkpoint, fromServer(reached));
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
    let taken: LogPosition | undefined;
    while (events.length < limit) {
      const next = this.#source.read() as AllStreamResolvedEvent | null;
      if (next === null) {
        // All events before the checkpoint have been taken, so the checkpoint counts.
        if (!taken && !this.#hasArrived) return undefined;
        this.#hasArrived = false;
        return { events, ...this.#checkpoint, caughtUp: this.#atEnd };
      }
      const event = convert(next);
      if (event) events.push(event);
      taken = { position: Number(next.commitPosition ?? next.event?.position.commit) };
      this.#checkpoint = later(this.#checkpoint, taken);
    }
    return { events, ...taken!, caughtUp: false };
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

const later = (one: LogPosition, other: LogPosition) => (other.position >= one.position ? other : one);
