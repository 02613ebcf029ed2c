import { setTimeout as sleep } from 'node:timers/promises';

/** Waits that double from 100 ms to 5 s until a success resets them; an abort ends a wait at once. */
export class Backoff {
  #next = 100;

  constructor(private readonly signal: AbortSignal) {}

  async wait(): Promise<void> {
    const milliseconds = this.#next;
    this.#next = Math.min(this.#next * 2, 5000);
    await sleep(milliseconds, undefined, { signal: this.signal }).catch(() => {});
  }

  reset(): void {
    this.#next = 100;
  }
}
