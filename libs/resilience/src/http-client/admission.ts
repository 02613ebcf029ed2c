import type { BreakerPermit } from '../circuit-breaker.js';
import { RateLimited } from '../external-error.js';
import { displayUrl, FetchError, type FetchErrorCode } from '../fetch-error.js';
import { exchange, type Exchanged, type Prepared } from './exchange.js';
import { codeOf } from './http-errors.js';
import type { PoolParts, Target } from './pool-parts.js';
import type { HttpClientOptions } from './options.js';
import { isOverloadStatus, type OnOverload } from './overload.js';
import { readRateLimit } from './rate-limit-headers.js';
import type { Allowance } from './allowance.js';

/** How long a call may take, and the signal that ends it. */
export interface CallEnd {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly end: AbortSignal;
}

/**
 * Sends a request once its credential's allowance, its target's breaker and a free slot admit it, and reports the
 * outcome to them. @throws RateLimited · Retryable while the breaker is open · FetchError · the signal's reason
 */
export async function admit(pool: PoolParts, client: HttpClientOptions, request: Prepared, call: CallEnd) {
  const name = client.target ?? request.url.origin;
  const target = pool.target(name);
  const code = codeOf(client.side, 'UNREACHABLE');
  target.breaker.check(code);
  const allowance = pool.allowance(client.credential?.id, name);
  allowance.limits = client.limits ?? {};
  await allowance.take(patienceMs(pool, call), call.end);
  const leave = await place(pool, target, name, client.limits?.inFlight ?? pool.settings.inFlight, call);
  try {
    const permit = target.breaker.enter(code);
    try {
      const answer = await exchange(pool.connections, request, call.end);
      heed(answer, allowance, pool.settings.clock.now());
      judgeStatus(answer, permit, request.onOverload);
      return answer;
    } catch (error) {
      if (error instanceof FetchError) judgeFailure(error, permit, request.onOverload);
      throw error;
    } finally {
      permit.abandoned(); // Does nothing if an outcome was already reported.
    }
  } finally {
    leave();
  }
}

/** Waiting may take half of the remaining time: a call that starts late would make its target look slow. */
function patienceMs({ settings }: PoolParts, { deadline }: CallEnd): number {
  return Math.max(0, (deadline - settings.clock.now()) / 2);
}

async function place(pool: PoolParts, { gate }: Target, name: string, limit: number, call: CallEnd) {
  if (gate.hasRoom(limit)) return gate.enter(limit, call.end);
  const { clock } = pool.settings;
  const ms = patienceMs(pool, call);
  const impatient = new AbortController();
  const timer = clock.setTimeout(() => {
    const message = `${name}: no slot among the ${limit} calls in flight for ${Math.ceil(ms / 1000)} s`;
    impatient.abort(new RateLimited('RATE_LIMITED', message, { until: clock.now() + 1000, retryAfterMs: 1000 }));
  }, ms);
  try {
    return await gate.enter(limit, AbortSignal.any([call.end, impatient.signal]));
  } finally {
    clock.clearTimeout(timer);
  }
}

function heed({ header, status }: Exchanged, allowance: Allowance, now: number): void {
  const { retryAt, renewedAt } = readRateLimit(header, now);
  if (renewedAt !== undefined) allowance.closeUntil(renewedAt);
  if (retryAt !== undefined && (status === 429 || status === 403)) allowance.closeUntil(retryAt);
}

/** Any response but 5xx shows health; an overload that a smaller page may cure shows nothing. */
function judgeStatus({ status, url }: Exchanged, permit: BreakerPermit, onOverload: OnOverload): void {
  if (status < 500) permit.succeeded();
  else if (onOverload === 'retry' || !isOverloadStatus(status)) permit.failed(`${displayUrl(url)} answered ${status}`);
}

const UNHEALTHY: ReadonlySet<FetchErrorCode> = new Set([
  'FETCH_DNS_FAILED',
  'FETCH_CONNECT_FAILED',
  'FETCH_TLS_FAILED',
  'FETCH_BAD_RESPONSE',
]);
const HEALTHY: ReadonlySet<FetchErrorCode> = new Set([
  'FETCH_TOO_LARGE',
  'FETCH_TOO_MANY_REDIRECTS',
  'FETCH_BAD_REDIRECT',
]);

function judgeFailure({ code, message }: FetchError, permit: BreakerPermit, onOverload: OnOverload): void {
  if (UNHEALTHY.has(code) || (code === 'FETCH_TIMEOUT' && onOverload === 'retry')) permit.failed(message);
  else if (HEALTHY.has(code)) permit.succeeded();
}
