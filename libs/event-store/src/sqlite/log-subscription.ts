import { setImmediate as turn } from 'node:timers/promises';
import { Backoff } from '@tidemark/foundation';
import {
  categoryOf,
  type BatchHandler,
  type RecordedEvent,
  type SubscribeOptions,
  type Subscription,
} from '../port.js';
import type { Commit } from './operations.js';
import type { LogChunk } from './log-reader.js';

/** Events that may wait in memory for a busy handler; beyond that it reads the log again from its position. */
const WAITING_EVENTS = 2_000;
const WAITING_BYTES = 8 * 1024 * 1024;
/** A subscription without matching events reports its position after this many. */
const SILENT_POSITIONS = 1_000;

export interface Log {
  /** Position of the last committed event. */
  readonly last: () => number;
  readonly read: (after: number, until: number, limit: number) => LogChunk;
  /** Called once, when the subscription has ended. */
  readonly onEnd: () => void;
}

/**
 * One subscriber. Modes:
 *   reading  reads chunks of the file until it has reached the last committed position → live
 *   live     receives commits from memory; too many waiting → reading
 *   ended    stopped, or the handler threw
 * The change to live happens between two commits (all of this is on one thread), so nothing is missed or repeated.
 */
export class LogSubscription implements Subscription {
  #mode: 'reading' | 'live' | 'ended' = 'reading';
  /** All events up to here were given to the handler or are waiting for it. */
  #taken: number;
  #handled: number;
  #reported: number;
  #waiting: RecordedEvent[] = [];
  #waitingBytes = 0;
  #running = false;
  #stopping = false;
  readonly #target: number;
  #caughtUp = false;
  readonly #end = Promise.withResolvers<void>();
  readonly #categories: ReadonlySet<string> | undefined;
  readonly #batchSize: number;
  #retry: NodeJS.Timeout | undefined;
  readonly #backoff = new Backoff();

  constructor(
    private readonly options: SubscribeOptions,
    private readonly handler: BatchHandler,
    private readonly log: Log,
  ) {
    this.#target = log.last();
    this.#taken = this.#handled = this.#reported = options.after === 'end' ? this.#target : options.after;
    this.#categories = options.categories && new Set(options.categories);
    this.#batchSize = options.batchSize ?? 500;
    setImmediate(() => this.#wake());
  }

  get position(): number {
    return this.#handled;
  }

  get ended(): Promise<void> {
    return this.#end.promise;
  }

  stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#retry);
    if (!this.#running) this.#finish();
    return this.#end.promise;
  }

  /** Receives committed events. */
  offer(commit: Commit): void {
    const { events } = commit;
    const last = events.at(-1)!.position;
    if (this.#mode !== 'live' || last <= this.#taken) return;
    if (this.#waiting.length > WAITING_EVENTS || this.#waitingBytes > WAITING_BYTES) {
      this.#waiting = [];
      this.#waitingBytes = 0;
      this.#mode = 'reading';
      return;
    }
    this.#taken = last;
    for (const event of events) if (this.#wants(event)) this.#waiting.push(event);
    this.#waitingBytes += commit.bytes;
    this.#wake();
  }

  #wants({ stream }: RecordedEvent): boolean {
    return this.#categories ? this.#categories.has(categoryOf(stream)) : !stream.startsWith('$');
  }

  #wake(): void {
    if (this.#running || this.#mode === 'ended') return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      for (let batch = this.#next(); batch && !this.#stopping; batch = this.#next()) {
        if (
          batch.events.length > 0 ||
          batch.position - this.#reported >= SILENT_POSITIONS ||
          this.#isCatchingUp(batch)
        ) {
          const done = this.handler(batch.events, batch.position);
          if (done) await done;
          this.#reported = batch.position;
        }
        this.#handled = batch.position;
        this.#notifyCaughtUp();
        if (this.#mode === 'reading') await turn(); // a long replay must not hold up the rest of the process
      }
      this.#notifyCaughtUp();
    } catch (error) {
      this.#stopping = true;
      this.options.onError?.(error as Error);
    }
    this.#running = false;
    if (this.#stopping) this.#finish();
  }

  /** The next batch; undefined when there is none for now. */
  #next(): LogChunk | undefined {
    if (this.#stopping) return undefined;
    if (this.#mode === 'reading') {
      if (this.#handled < this.log.last()) return this.#read();
      this.#mode = 'live';
      this.#taken = this.#handled;
    }
    if (this.#waiting.length <= this.#batchSize) {
      if (this.#handled >= this.#taken) return undefined;
      const events = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      return { events, position: this.#taken };
    }
    const events = this.#waiting.splice(0, this.#batchSize);
    return { events, position: events.at(-1)!.position };
  }

  #read(): LogChunk | undefined {
    try {
      const chunk = this.log.read(this.#handled, this.log.last(), this.#batchSize);
      this.#backoff.reset();
      return chunk;
    } catch (error) {
      this.#retry = setTimeout(() => this.#wake(), this.#backoff.next()).unref();
      this.options.onError?.(error as Error);
      return undefined;
    }
  }

  #isCatchingUp({ position }: LogChunk): boolean {
    return !this.#caughtUp && position >= this.#target;
  }

  #notifyCaughtUp(): void {
    if (this.#caughtUp || this.#handled < this.#target) return;
    this.#caughtUp = true;
    this.options.onCaughtUp?.();
  }

  #finish(): void {
    if (this.#mode === 'ended') return;
    this.#mode = 'ended';
    this.#waiting = [];
    this.log.onEnd();
    this.#end.resolve();
  }
}
