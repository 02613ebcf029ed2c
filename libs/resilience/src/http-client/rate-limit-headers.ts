import { parseDictionary, parseList } from 'structured-headers';

type Header = (name: string) => string | undefined;

/** Longest wait that a server can request: a day. */
const MAX_WAIT_MS = 86_400_000;

/** Until when a server accepts no requests, corrected by its clock's difference from ours. Milliseconds since the epoch. */
export interface RateLimitNews {
  /** `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3). */
  readonly retryAt?: number;
  /** When a used-up allowance is renewed, by `RateLimit` (IETF), `RateLimit-*` or `X-RateLimit-*`. */
  readonly renewedAt?: number;
}

export function readRateLimit(header: Header, now: number): RateLimitNews {
  const serverNow = Date.parse(header('date') ?? '');
  const at = (ms: number) => now + Math.min(Math.max(ms, 0), MAX_WAIT_MS);
  const fromServer = Number.isNaN(serverNow) ? now : serverNow;
  const retry = waitOf(header('retry-after'), fromServer);
  const renewal = structured(header('ratelimit')) ?? separate(header, fromServer);
  return {
    ...(retry !== undefined && { retryAt: at(retry) }),
    ...(renewal !== undefined && { renewedAt: at(renewal) }),
  };
}

/** In ms from now. Of several of these headers, joined with a comma, the longest wait counts. */
function waitOf(retryAfter: string | undefined, serverNow: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds = retryAfter.split(',').map(number);
  if (seconds.every((one) => one !== undefined)) return Math.max(...seconds) * 1000;
  const at = dateOf(retryAfter);
  return at === undefined ? undefined : at - serverNow;
}

/** An HTTP date, or ISO 8601. `Date.parse` alone also accepts `1.5` and `-5` as dates. */
function dateOf(text: string): number | undefined {
  const at = /^\s*([A-Z][a-z]{2,8}[, ]|\d{4}-\d\d-\d\dT)/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** `"default";r=0;t=30` (draft 8 and later), or `limit=100, remaining=0, reset=30` (before). In ms from now. */
function structured(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    if (/(?:^|,)\s*remaining\s*=/.test(text)) {
      const parts = parseDictionary(text);
      return renewal(parts.get('remaining')?.[0], parts.get('reset')?.[0]);
    }
    const waits = parseList(text).map(([, parameters]) => renewal(parameters.get('r'), parameters.get('t')));
    const known = waits.filter((wait) => wait !== undefined);
    return known.length > 0 ? Math.max(...known) : undefined;
  } catch {
    return undefined; // An unreadable header is ignored.
  }
}

/**
 * `X-RateLimit-Remaining` and `X-RateLimit-Reset`, with and without X: seconds from now, or of the epoch, or its ms, or a
 * date; `X-RateLimit-Reset-After` is always seconds from now.
 */
function separate(header: Header, serverNow: number): number | undefined {
  for (const prefix of ['x-ratelimit', 'x-rate-limit', 'ratelimit']) {
    const remaining = number(header(`${prefix}-remaining`));
    const after = number(header(`${prefix}-reset-after`)) ?? secondsUntil(header(`${prefix}-reset`), serverNow);
    if (remaining !== undefined && after !== undefined) return renewal(remaining, after);
  }
  return undefined;
}

function secondsUntil(reset: string | undefined, serverNow: number): number | undefined {
  const value = number(reset);
  if (value !== undefined && value <= 1e9) return value;
  const at = value === undefined ? dateOf(reset ?? '') : value > 1e12 ? value : value * 1000;
  return at === undefined ? undefined : (at - serverNow) / 1000;
}

function renewal(remaining: unknown, seconds: unknown): number | undefined {
  return remaining === 0 && typeof seconds === 'number' ? seconds * 1000 : undefined;
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
