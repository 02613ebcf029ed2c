/** Fills with `perSecond` tokens a second, up to `burst`. */
export interface BucketRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Less than this short of a token is rounding. */
const ROUNDING = 1e-9;

/** A token bucket; starts full. */
export class TokenBucket {
  #rate: BucketRate;
  #tokens: number;
  #countedAt: number;

  /** @param now milliseconds; a clock that is put back adds nothing */
  constructor(
    rate: BucketRate,
    private readonly now: () => number,
  ) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#countedAt = now();
  }

  /** Changes the rate at which it fills. */
  set rate(rate: BucketRate) {
    this.#count();
    this.#rate = rate;
    this.#tokens = Math.min(this.#tokens, rate.burst);
  }

  get rate(): BucketRate {
    return this.#rate;
  }

  get isFull(): boolean {
    this.#count();
    return this.#tokens >= this.#rate.burst;
  }

  /** Takes a token, if one is available. */
  tryTake(): boolean {
    this.#count();
    if (this.#tokens < 1 - ROUNDING) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Whole milliseconds until it holds that many tokens, even if they exceed the burst; 0 when it holds them now. */
  waitMs(tokens = 1): number {
    this.#count();
    const missing = tokens - this.#tokens;
    return missing <= ROUNDING ? 0 : Math.max(1, Math.ceil((missing * 1000) / this.#rate.perSecond - ROUNDING));
  }

  #count(): void {
    const now = this.now();
    const elapsed = Math.max(0, now - this.#countedAt);
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (elapsed * this.#rate.perSecond) / 1000);
    this.#countedAt = now;
  }
}
