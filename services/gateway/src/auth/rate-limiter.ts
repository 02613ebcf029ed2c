import { BoundedCache } from '@tidemark/event-store';

const MINUTE_MS = 60_000;

/**
 * At most `perMinute` calls at once, then one every minute / `perMinute` (a leaky bucket, kept as the time at which it
 * will be empty). Of each process its own; 0 means no limit.
 */
export class RateLimiter {
  readonly #emptyAt = new BoundedCache<{ at: number }>(20_000);
  readonly #interval: number;

  constructor(
    perMinute: number,
    private readonly now: () => number = Date.now,
  ) {
    this.#interval = perMinute === 0 ? 0 : MINUTE_MS / perMinute;
  }

  /** Counts a call; answers 0, or the seconds after which it would have been let through. */
  take(key: string): number {
    const wait = this.wait(key);
    if (wait > 0 || this.#interval === 0) return wait;
    const bucket = this.#emptyAt.get(key);
    const now = this.now();
    if (bucket) bucket.at = Math.max(bucket.at, now) + this.#interval;
    else this.#emptyAt.set(key, { at: now + this.#interval });
    return 0;
  }

  /** What `take` would answer, without counting. */
  wait(key: string): number {
    const full = (this.#emptyAt.get(key)?.at ?? 0) + this.#interval - this.now() - MINUTE_MS;
    return this.#interval === 0 || full <= 1e-6 ? 0 : full / 1000;
  }
}
