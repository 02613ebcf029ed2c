import { BoundedCache, TokenBucket, type BucketRate } from '@tidemark/foundation';

/**
 * For each key, a burst of `perMinute` calls, then one every minute / `perMinute`. Counts per process; 0 means
 * no limit.
 */
export class RateLimiter {
  readonly #buckets = new BoundedCache<TokenBucket>(20_000);
  readonly #rate: BucketRate | undefined;
  readonly #now: () => number;

  constructor(perMinute: number, now: () => number = Date.now) {
    this.#now = now;
    if (perMinute > 0) this.#rate = { perSecond: perMinute / 60, burst: perMinute };
  }

  /** Counts a call; returns 0, or the seconds after which it would have been allowed. */
  take(key: string): number {
    if (!this.#rate) return 0;
    let bucket = this.#buckets.get(key);
    if (!bucket) this.#buckets.set(key, (bucket = new TokenBucket(this.#rate, this.#now)));
    return bucket.tryTake() ? 0 : bucket.waitMs() / 1000;
  }
}
