import { messageOf, systemClock, type Clock } from '@tidemark/foundation';
import { ExternalError, Retryable } from './external-error.js';

/** Closed admits every call, open none, half-open one probe. Plain data. */
export type BreakerState =
  | { readonly status: 'closed'; readonly failures: number }
  | { readonly status: 'open'; readonly until: number }
  | { readonly status: 'half-open'; readonly probing: boolean };

/** An input of a breaker. `at` in ms since the epoch; `probe`: the call was admitted by a half-open breaker. */
export type BreakerInput =
  | { readonly type: 'requested'; readonly at: number }
  | { readonly type: 'succeeded' | 'failed' | 'abandoned'; readonly at: number; readonly probe: boolean };

export interface BreakerPolicy {
  /** Failures in a row that open it; default 5. */
  readonly failures: number;
  /** From open to the probe, in ms; default 60,000. */
  readonly openMs: number;
}

/** A change of state, for the caller to store as an event. */
export interface BreakerChange {
  readonly target: string;
  readonly from: BreakerState['status'];
  readonly to: BreakerState['status'];
  readonly at: number;
  /** Message of the failure that opened it; a description for other changes. */
  readonly cause: string;
}

export const closedBreaker: BreakerState = { status: 'closed', failures: 0 };
/** When to retry while another caller's probe is in flight. */
const PROBE_MS = 1000;
const POLICY: BreakerPolicy = { failures: 5, openMs: 60_000 };

/** The next state. Pure and total: a call that began in another state is ignored, unless it is the probe. */
export function nextBreakerState(state: BreakerState, input: BreakerInput, policy: BreakerPolicy): BreakerState {
  switch (state.status) {
    case 'closed':
      return fromClosed(state, input, policy);
    case 'open':
      return input.type === 'requested' && input.at >= state.until ? { status: 'half-open', probing: true } : state;
    case 'half-open':
      if (input.type === 'requested') return { status: 'half-open', probing: true };
      if (!input.probe) return state;
      if (input.type === 'abandoned') return { status: 'half-open', probing: false };
      return input.type === 'succeeded' ? closedBreaker : { status: 'open', until: input.at + policy.openMs };
  }
}

function fromClosed(
  state: BreakerState & { status: 'closed' },
  input: BreakerInput,
  { failures, openMs }: BreakerPolicy,
): BreakerState {
  // A call sent before it opened that ends after it closed again is outdated.
  if (input.type === 'requested' || input.type === 'abandoned') return state;
  if (input.type === 'succeeded') return state.failures === 0 ? state : closedBreaker;
  if (state.failures + 1 < failures) return { status: 'closed', failures: state.failures + 1 };
  return { status: 'open', until: input.at + openMs };
}

/** The right to make one call; call exactly one of its methods when the call is over; later ones do nothing. */
export interface BreakerPermit {
  succeeded(): void;
  failed(cause: string): void;
  /** No outcome: the caller went away. */
  abandoned(): void;
}

/** The verdict of an error on the target: it failed, it responded, or neither. */
export type Verdict = 'failed' | 'succeeded' | 'abandoned';

export interface BreakerOptions extends Partial<BreakerPolicy> {
  /** Named in changes and errors: an origin, `host:port`. */
  readonly target: string;
  /** Code of the error while it is open; default `SOURCE_UNREACHABLE`. */
  readonly code?: string;
  readonly onStateChange?: (change: BreakerChange) => void;
  /** Default: see `verdictOf`. */
  readonly verdict?: (error: unknown) => Verdict;
  readonly clock?: Clock;
}

/** `Retryable` is a failure, the other external errors are responses, an abort is neither, anything else a failure. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof ExternalError) return error instanceof Retryable ? 'failed' : 'succeeded';
  return (error as Error | undefined)?.name === 'AbortError' ? 'abandoned' : 'failed';
}

/** A circuit breaker for one target. Its rules are `nextBreakerState`; this class holds the state and the clock. */
export class CircuitBreaker {
  #state = closedBreaker;
  readonly #options: BreakerOptions & Required<Pick<BreakerOptions, 'code' | 'verdict' | 'clock'>>;
  readonly #policy: BreakerPolicy;

  constructor(options: BreakerOptions) {
    this.#options = { code: 'SOURCE_UNREACHABLE', verdict: verdictOf, clock: systemClock, ...options };
    this.#policy = { failures: options.failures ?? POLICY.failures, openMs: options.openMs ?? POLICY.openMs };
  }

  get state(): BreakerState {
    return this.#state;
  }

  /**
   * Calls `work` if the target may be called, and records the outcome; nothing once `signal` is aborted.
   * @throws Retryable while it may not be called; the error of `work`
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal, code = this.#options.code): Promise<T> {
    const permit = this.enter(code);
    try {
      const result = await work();
      permit.succeeded();
      return result;
    } catch (error) {
      const verdict = signal?.aborted ? 'abandoned' : this.#options.verdict(error);
      if (verdict === 'failed') permit.failed(messageOf(error));
      else permit[verdict]();
      throw error;
    }
  }

  /** @throws Retryable as `enter` would now; takes no permit */
  check(code = this.#options.code): void {
    const state = this.#state;
    const at = this.#options.clock.now();
    if (state.status === 'open' && at < state.until) throw this.#refusal(code, state.until - at);
    if (state.status === 'half-open' && state.probing) throw this.#refusal(code, PROBE_MS);
  }

  /** Takes the permit for one call. @throws Retryable with `retryAfterMs` while there is none */
  enter(code = this.#options.code): BreakerPermit {
    this.check(code);
    this.#take('the pause is over: one probe call is admitted', { type: 'requested', at: this.#options.clock.now() });
    const probe = this.#state.status === 'half-open';
    let over = false;
    const end = (type: Verdict, cause: string) => {
      if (over) return;
      over = true;
      this.#take(cause, { type, at: this.#options.clock.now(), probe });
    };
    return {
      succeeded: () => end('succeeded', 'the probe call succeeded'),
      failed: (cause) => end('failed', cause),
      abandoned: () => end('abandoned', 'the call was abandoned'),
    };
  }

  #take(cause: string, input: BreakerInput): void {
    const from = this.#state.status;
    this.#state = nextBreakerState(this.#state, input, this.#policy);
    const to = this.#state.status;
    if (from !== to) this.#options.onStateChange?.({ target: this.#options.target, from, to, at: input.at, cause });
  }

  #refusal(code: string, retryAfterMs: number): Retryable {
    const message = `${this.#options.target} failed ${this.#policy.failures} times in a row and is not called for the time being`;
    return new Retryable(code, message, { retryAfterMs });
  }
}
