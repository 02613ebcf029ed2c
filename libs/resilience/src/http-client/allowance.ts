import { sleep, type Clock } from '@tidemark/foundation';
import { RateLimited } from '../external-error.js';
import { TokenQueue } from '../token-queue.js';
import type { HttpLimits } from './options.js';

/** Longest wait inside a call for an allowance to be renewed. */
const MAX_RENEWAL_WAIT_MS = 10_000;

/** The remaining allowance of one credential at one target: our own token bucket, and the target's last limit. */
export class Allowance {
  #bucket: TokenQueue | undefined;
  #closedUntil = 0;

  constructor(
    private readonly who: string,
    private readonly clock: Clock,
  ) {}

  set limits({ requestsPerSecond, burst }: HttpLimits) {
    if (requestsPerSecond === undefined) return;
    const rate = { perSecond: requestsPerSecond, burst: Math.max(1, burst ?? Math.floor(requestsPerSecond)) };
    if (this.#bucket) this.#bucket.rate = rate;
    else this.#bucket = new TokenQueue(rate, this.clock);
  }

  /** Whether it can be dropped without loss. */
  get idle(): boolean {
    return this.#closedUntil <= this.clock.now() && (this.#bucket?.idle ?? true);
  }

  /** The target accepts no request before this time. */
  closeUntil(at: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, at);
  }

  /** Waits until a request may go, at most `patienceMs`. @throws RateLimited at once when it would take longer */
  async take(patienceMs: number, signal: AbortSignal): Promise<void> {
    const patience = this.clock.now() + patienceMs;
    for (let wait = this.#closedMs(); wait > 0; wait = this.#closedMs()) {
      if (wait > MAX_RENEWAL_WAIT_MS || this.clock.now() + wait > patience) throw this.#refusal(wait, 'by the server');
      await sleep(wait, { clock: this.clock, signal });
    }
    const wait = this.#bucket?.waitMs ?? 0;
    if (this.clock.now() + wait > patience) throw this.#refusal(wait, 'by the configured limit');
    await this.#bucket?.take(signal);
  }

  #closedMs(): number {
    return this.#closedUntil - this.clock.now();
  }

  #refusal(retryAfterMs: number, whose: string): RateLimited {
    const until = this.clock.now() + retryAfterMs;
    const message = `${this.who}: no more requests are allowed for ${Math.ceil(retryAfterMs / 1000)} s, ${whose}`;
    return new RateLimited('RATE_LIMITED', message, { until, retryAfterMs });
  }
}
