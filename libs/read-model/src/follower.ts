import type { EventStore, RecordedEvent, Subscription } from '@tidemark/event-store';
import { Backoff } from '@tidemark/foundation';
import { GenerationDropped, type Generation, type Projection } from './port.js';
import { Waiters } from './waiters.js';

const BATCH = 250;
const YIELD_EVERY_MS = 4;

/**
 * Feeds one generation from the log, from its own position on, until it is stopped or the generation is dropped.
 * When the read model refuses a batch it backs off and subscribes again after the last applied batch.
 */
export class Follower {
  /** Events applied so far. */
  events = 0;
  readonly #abort = new AbortController();
  readonly #waiters = new Waiters(() => this.position);
  readonly #backoff = new Backoff();
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #running: Promise<'stopped' | 'dropped'>;
  #subscription: Subscription | undefined;
  #dropped = false;
  #yieldedAt = 0;

  constructor(
    private readonly eventStore: EventStore,
    private readonly projection: Projection,
    readonly generation: Generation,
    private readonly onError: (error: Error) => void,
    /** Receives every applied batch's position, and why one could not be applied. */
    private readonly onBatch: (result: number | Error) => void = () => {},
  ) {
    this.#caughtUp.promise.catch(() => {});
    this.#running = this.#run();
    void generation.gone?.then(() => this.#lose());
  }

  /** Resolves when all events stored at the (last) subscription were applied. Rejects when it ends before. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** How it ended. Never rejects. */
  get ended(): Promise<'stopped' | 'dropped'> {
    return this.#running;
  }

  /** The generation covers all events up to here; at least its own position, since not every step is stored. */
  get position(): number {
    return Math.max(this.generation.position, this.#subscription?.position ?? -1);
  }

  /** Resolves when the generation has reached the position. Rejects when the follower ends before. */
  async reached(position: number): Promise<void> {
    if (this.#abort.signal.aborted) throw ended(this.projection.name);
    await this.#waiters.until(position);
  }

  /** Resolves when the running batch is done. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#subscription?.stop();
    await this.#running;
  }

  async #run(): Promise<'stopped' | 'dropped'> {
    const { signal } = this.#abort;
    while (!signal.aborted && !this.#dropped) {
      try {
        this.#subscription = this.#subscribe();
        await this.#subscription.ended;
      } catch (error) {
        this.onError(error as Error);
      }
      if (!this.#dropped) await this.#backoff.wait({ signal });
    }
    this.#abort.abort();
    this.#waiters.fail(ended(this.projection.name));
    this.#caughtUp.reject(ended(this.projection.name));
    return this.#dropped ? 'dropped' : 'stopped';
  }

  #lose(): void {
    this.#dropped = true;
    void this.#subscription?.stop();
  }

  #subscribe(): Subscription {
    return this.eventStore.subscribe(
      {
        categories: this.projection.streams.map(({ category }) => category),
        after: this.generation.position,
        token: this.generation.place.token,
        batchSize: BATCH,
        onCaughtUp: () => this.#caughtUp.resolve(),
        onError: (error) => this.onError(error),
      },
      (events, position, token) => this.#apply(events, position, token),
    );
  }

  async #apply(events: readonly RecordedEvent[], position: number, token?: string): Promise<void> {
    try {
      await this.generation.apply(events, position, token);
    } catch (error) {
      this.#dropped = error instanceof GenerationDropped;
      if (!this.#dropped) this.onBatch(error as Error);
      throw error;
    }
    this.#backoff.reset();
    this.events += events.length;
    this.#waiters.reached(this.generation.position);
    this.onBatch(this.generation.position);
    // Embedded stores work on this thread: a long rebuild must not keep everything else waiting.
    if (performance.now() - this.#yieldedAt < YIELD_EVERY_MS) return;
    await new Promise(setImmediate);
    this.#yieldedAt = performance.now();
  }
}

function ended(name: string): Error {
  return new Error(`${name}: the projection was stopped`);
}
