import { sleep, systemClock, type Clock } from '@tidemark/foundation';
import { ExternalError } from './external-error.js';
import { isOverloadStatus, type OnOverload } from './http-client/overload.js';
import { nextDelay, retrySchedule, type RetrySchedule } from './retry-schedule.js';

/** How many records to request at once. */
export interface PageSizeLimits {
  readonly min: number;
  readonly max: number;
  /** Default `max`. */
  readonly initial?: number;
}

export interface PageSizeOptions {
  /** Pages in a row before the size doubles; default 5. */
  readonly growAfter?: number;
  /** Waits before a page is requested again; the last one repeats. Default 0.2, 0.5, 1, 2 s. */
  readonly backOff?: RetrySchedule;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** A longer pause requested by the server is left to the caller's own schedule. */
const MAX_REST_MS = 30_000;

/** Whether an error may be caused by an oversized request: 502, 503, 504, no response in time, too many bytes. */
export function isOverload(error: unknown): error is ExternalError {
  if (!(error instanceof ExternalError)) return false;
  return isOverloadStatus(error.status ?? 0) || error.timedOut === true || error.code.endsWith('_RESPONSE_TOO_LARGE');
}

/**
 * A page size adapted to the server's capacity: halved down to `min` when a page is too large, doubled up to `max`
 * after some pages in a row. Each time the growth fails, the next growth requires twice as many pages.
 */
export class PageSize {
  #size: number;
  #goodPages = 0;
  #growAfter: number;
  #grown = false;
  readonly #limits: PageSizeLimits;
  readonly #options: Required<PageSizeOptions>;

  /** @throws RangeError unless 1 ≤ min ≤ initial ≤ max, whole numbers */
  constructor(limits: PageSizeLimits, options: PageSizeOptions = {}) {
    this.#limits = limits;
    const { min, max, initial = max } = limits;
    if (![min, max, initial].every(Number.isInteger) || min < 1 || initial < min || initial > max)
      throw new RangeError(`page size: expected 1 ≤ min ≤ initial ≤ max, got ${min}, ${initial}, ${max}`);
    this.#size = initial;
    this.#options = { growAfter: 5, backOff: BACK_OFF, clock: systemClock, random: Math.random, ...options };
    this.#growAfter = this.#options.growAfter;
  }

  get current(): number {
    return this.#size;
  }

  /**
   * Requests one page, and the same page again with half the size when it was too large. Nothing is skipped or read
   * twice: `ask` starts at the same position every time. Pass its `onOverload` on to the requests that have this size.
   * @throws the error of `ask`, once the size is at its floor
   */
  async attempt<T>(ask: (size: number, onOverload: OnOverload) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let tries = 0; ; tries++) {
      const size = this.#size;
      const canShrink = size > this.#limits.min;
      try {
        const page = await ask(size, canShrink ? 'shrink' : 'retry');
        this.#fits();
        return page;
      } catch (error) {
        if (signal?.aborted || !isOverload(error)) throw error;
        this.#tooMuch(size);
        const rest = error.retryable ? Math.max(error.retryAfterMs ?? 0, this.#backOff(tries)) : 0;
        if (!canShrink || rest > MAX_REST_MS) throw error;
        await sleep(rest, { clock: this.#options.clock, signal });
      }
    }
  }

  #fits(): void {
    if (++this.#goodPages < this.#growAfter) return;
    this.#goodPages = 0;
    this.#grown = this.#size < this.#limits.max;
    this.#size = Math.min(this.#size * 2, this.#limits.max);
  }

  #tooMuch(size: number): void {
    this.#goodPages = 0;
    // Pages may be requested in parallel: one that was sent before the size fell is ignored.
    if (size > this.#size) return;
    this.#size = Math.max(Math.floor(size / 2), this.#limits.min);
    if (this.#grown) this.#growAfter = Math.min(this.#growAfter * 2, MAX_GROW_AFTER);
    this.#grown = false;
  }

  #backOff(tries: number): number {
    const { backOff, random } = this.#options;
    return nextDelay(backOff, Math.min(tries, backOff.delaysMs.length - 1), random()) ?? 0;
  }
}

const BACK_OFF = retrySchedule([0.2, 0.5, 1, 2]);
const MAX_GROW_AFTER = 320;
