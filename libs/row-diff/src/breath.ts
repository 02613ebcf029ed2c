/** Longest that other work of the process has to wait, milliseconds. */
const LONGEST = 15;

/** Lets timers, signals and sockets have their turn in work that never waits for anything. */
export class Breath {
  #last = performance.now();
  #asked = 0;

  /** For what is asked very often: looks at the clock at every 64th question only. */
  due(): boolean {
    return (++this.#asked & 63) === 0 && this.overdue();
  }

  overdue(): boolean {
    return performance.now() - this.#last > LONGEST;
  }

  async take(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}
