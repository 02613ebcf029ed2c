import type { Clock } from './clock.js';

/** Fills with `perSecond` tokens a second up to `burst`. */
export interface BucketRate {
  readonly perSecond: number;
  readonly burst: number;
}

interface Waiter {
  readonly take: () => void;
}

/** A token bucket with a line: one token a call, first come, first served. Starts full. */
export class TokenBucket {
  #rate: BucketRate;
  #tokens: number;
  #countedAt: number;
  #timer: unknown;
  readonly #waiting = new Set<Waiter>();

  constructor(
    rate: BucketRate,
    private readonly clock: Clock,
  ) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#countedAt = clock.now();
  }

  /** From now on fills at another rate; those who wait go on waiting. */
  set rate(rate: BucketRate) {
    if (rate.perSecond === this.#rate.perSecond && rate.burst === this.#rate.burst) return;
    this.#count();
    this.#rate = rate;
    this.#tokens = Math.min(this.#tokens, rate.burst);
    this.#serve();
  }

  /** Whether it is as good as new. */
  get idle(): boolean {
    this.#count();
    return this.#waiting.size === 0 && this.#tokens >= this.#rate.burst;
  }

  /** Milliseconds that a newcomer would have to wait. */
  get waitMs(): number {
    this.#count();
    const missing = this.#waiting.size + 1 - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil((missing * 1000) / this.#rate.perSecond);
  }

  /** Takes a token as soon as there is one. Rejects with the signal's reason, and the place in the line is gone. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { take: resolve };
    this.#waiting.add(waiter);
    const abort = () => {
      if (this.#waiting.delete(waiter)) reject(signal.reason);
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
    this.#count();
    for (const waiter of this.#waiting) {
      if (this.#tokens < 1) break;
      this.#tokens--;
      this.#waiting.delete(waiter);
      waiter.take();
    }
    this.clock.clearTimeout(this.#timer);
    if (this.#waiting.size === 0) return;
    // At least 1 ms: a timer that fires a little early finds a token that is not quite there.
    const ms = Math.max(1, Math.ceil(((1 - this.#tokens) * 1000) / this.#rate.perSecond));
    this.#timer = this.clock.setTimeout(() => this.#serve(), ms);
  }

  #count(): void {
    const now = this.clock.now();
    // A clock that was put back adds nothing.
    const elapsed = Math.max(0, now - this.#countedAt);
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (elapsed * this.#rate.perSecond) / 1000);
    this.#countedAt = now;
  }
}
