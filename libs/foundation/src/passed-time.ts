import type { Clock } from './clock.js';

/** Differences between the two clocks up to this are not a step. */
const STEP_MS = 1000;

/**
 * Time that has passed since its creation, for waits of a given length. It never goes back, also when the wall clock is
 * set back; a step forward counts as time that has passed, because after a suspend it is. Read it every second or so:
 * two steps between reads are seen as one.
 */
export class PassedTime {
  /** Of the wall clock over the elapsed time, when they were last in step. */
  #lead: number;
  #skipped = 0;
  readonly #began: number;

  constructor(private readonly clock: Clock) {
    this.#began = clock.elapsed();
    this.#lead = clock.now() - this.#began;
  }

  /** Milliseconds. */
  readonly now = (): number => {
    const elapsed = this.clock.elapsed();
    const lead = this.clock.now() - elapsed;
    const step = lead - this.#lead;
    if (step > STEP_MS) this.#skipped += step;
    if (Math.abs(step) > STEP_MS) this.#lead = lead;
    return elapsed - this.#began + this.#skipped;
  };
}
