import type { Json } from '@tidemark/foundation';
import type { Life } from '../port.js';
import type { Checkpoints } from './checkpoints.js';

/** A checkpoint's name. */
const LIVES = 'process:lives';
const KEPT = 20;

/** When a process opened the log, and when it was last known to be alive. */
type Span = readonly [began: number, last: number];

/** The lives of the last processes that had the log, as a checkpoint beside it. */
export class Lives implements Life {
  readonly #earlier: readonly Span[];

  constructor(
    private readonly values: Checkpoints,
    private readonly began: number,
  ) {
    const stored = values.get(LIVES);
    this.#earlier = Array.isArray(stored) ? (stored as unknown as Span[]).slice(-KEPT) : [];
    this.note(began);
  }

  endAfter(at: number): number | undefined {
    return at < this.began ? this.#earlier.findLast(([began]) => began <= at)?.[1] : undefined;
  }

  note(now: number): void {
    this.values.set(LIVES, [...this.#earlier, [this.began, now]] as unknown as Json);
  }
}
