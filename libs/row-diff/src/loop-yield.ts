/** Longest time that other work of the process has to wait, in milliseconds. */
const LONGEST = 15;

/** Lets timers, signals and sockets run during long synchronous work. */
export class LoopYield {
  #last = performance.now();
  #calls = 0;

  /** For very frequent checks: reads the clock at every 64th call only. */
  due(): boolean {
    return (++this.#calls & 63) === 0 && this.overdue();
  }

  overdue(): boolean {
    return performance.now() - this.#last > LONGEST;
  }

  async take(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}
