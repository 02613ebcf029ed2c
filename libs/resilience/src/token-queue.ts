import { TokenBucket, type BucketRate, type Clock } from '@tidemark/foundation';

/** Hands out the tokens of a bucket: one per call, first come, first served. */
export class TokenQueue {
  readonly #bucket: TokenBucket;
  /** Each resolves its caller's promise. */
  readonly #waiting = new Set<() => void>();
  #timer: unknown;

  constructor(
    rate: BucketRate,
    private readonly clock: Clock,
  ) {
    this.#bucket = new TokenBucket(rate, clock.now);
  }

  /** Changes the rate at which it fills; waiting callers keep waiting. */
  set rate(rate: BucketRate) {
    const { perSecond, burst } = this.#bucket.rate;
    if (rate.perSecond === perSecond && rate.burst === burst) return;
    this.#bucket.rate = rate;
    this.#serve();
  }

  /** Whether it is as good as new. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#bucket.isFull;
  }

  /** Milliseconds that a newcomer would have to wait. */
  get waitMs(): number {
    return this.#bucket.waitMs(this.#waiting.size + 1);
  }

  /** Takes a token as soon as there is one. Rejects with the signal's reason and leaves the queue. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    const abort = () => {
      if (this.#waiting.delete(resolve)) reject(signal.reason);
      this.#serve();
    };
    signal.addEventListener('abort', abort, { once: true });
    this.#serve();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #serve(): void {
    for (const grant of this.#waiting) {
      if (!this.#bucket.tryTake()) break;
      this.#waiting.delete(grant);
      grant();
    }
    this.clock.clearTimeout(this.#timer);
    if (this.#waiting.size > 0) this.#timer = this.clock.setTimeout(() => this.#serve(), this.#bucket.waitMs());
  }
}
