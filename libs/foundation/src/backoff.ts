import { sleep, type SleepOptions } from './clock.js';

export interface BackoffLimits {
  /** The first pause, in milliseconds. */
  readonly first: number;
  /** The longest pause, in milliseconds. */
  readonly last: number;
}

/** Pauses between attempts: each twice as long as the one before, until a success resets them. */
export class Backoff {
  #next: number;

  constructor(readonly limits: BackoffLimits = { first: 100, last: 5_000 }) {
    this.#next = limits.first;
  }

  /** The next pause, in milliseconds. */
  next(): number {
    const pause = this.#next;
    this.#next = Math.min(pause * 2, this.limits.last);
    return pause;
  }

  /** Waits out the next pause; an abort ends it at once, without an error. */
  async wait(options: SleepOptions = {}): Promise<void> {
    await sleep(this.next(), options).catch(() => {});
  }

  reset(): void {
    this.#next = this.limits.first;
  }
}
