import { Backoff, type BackoffLimits } from './backoff.js';
import { sleep, systemClock, type Clock } from './clock.js';
import type { Daemon } from './daemon.js';
import { toError } from './errors.js';

export interface LoopOptions {
  /** One round of work; ends early when `signal` is aborted. */
  readonly tick: (signal: AbortSignal) => void | Promise<void>;
  /** Milliseconds before each round. Default 0. */
  readonly everyMs?: number;
  /** Pauses after rounds that threw; those that worked, or ran for longer than the longest pause, reset them. */
  readonly backoff?: BackoffLimits;
  readonly onError: (error: Error) => void;
  readonly clock?: Clock;
}

/** Repeats a task, one round at a time. A round that throws is reported and retried. */
export class Loop implements Daemon {
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #running: Promise<void> | undefined;

  constructor(private readonly options: LoopOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#backoff = new Backoff(options.backoff);
  }

  /** Aborted when the loop is stopped. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the current round has ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs = 0 } = this.options;
    await this.#pause(everyMs);
    while (!this.signal.aborted) await this.#pause(await this.#round(everyMs));
  }

  /** Does one round; returns the pause after it. */
  async #round(everyMs: number): Promise<number> {
    const { tick, onError } = this.options;
    const began = this.#clock.now();
    try {
      await tick(this.signal);
      this.#backoff.reset();
      return everyMs;
    } catch (error) {
      if (!this.signal.aborted) onError(toError(error));
      if (this.#clock.now() - began > this.#backoff.limits.last) this.#backoff.reset();
      return this.#backoff.next();
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, { clock: this.#clock, signal: this.signal }).catch(() => {});
  }
}
