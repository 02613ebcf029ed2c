import { TidemarkError } from '@tidemark/contracts';
import { BoundedCache, withTimeout } from '@tidemark/foundation';
import { isUnavailable, toTidemarkError } from '../errors/to-error.js';
import { addressGroup } from '../limits/client-address.js';
import type { Caller } from './caller.js';
import { hashOf } from './key-store.js';
import type { OpenStreams } from './open-streams.js';
import { RateLimiter } from './rate-limiter.js';

const FRESH_MS = 30_000;
/** For known keys, a store that does not answer in this time counts as down. */
const LOOKUP_MS = 1000;
const AGAIN_MS = 5000;
const FAILURES_PER_MINUTE = 60;

interface Known {
  readonly caller: Caller;
  /** Time of the next look-up. */
  freshUntil: number;
}

export interface AuthenticatorOptions {
  /** The active key of a hash. @throws when the store is down */
  readonly find: (hash: string) => Promise<Caller | null>;
  /** Requests per minute and key; 0 for no limit. */
  readonly perMinute: number;
  /** Those that end with their key. */
  readonly streams?: Pick<OpenStreams, 'end'>;
  readonly now?: () => number;
}

/**
 * Resolves a bearer token to its caller and applies the rate limit. A key that was looked up is trusted for 30 s, and
 * for as long as the store is down: keys in use before an outage continue to work.
 */
export class Authenticator {
  readonly #known = new BoundedCache<Known>(10_000);
  readonly #lookups = new Map<string, { answer?: Promise<Caller> }>();
  readonly #calls: RateLimiter;
  readonly #failures: RateLimiter;
  readonly #now: () => number;
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#calls = new RateLimiter(options.perMinute, this.#now);
    this.#failures = new RateLimiter(FAILURES_PER_MINUTE, this.#now);
  }

  /**
   * @param authorization `Bearer <key>`
   * @param address the caller's address: failed attempts are counted for it, and refused as such when there are many.
   *   A valid key is never refused for what others at the same address do.
   * @throws TidemarkError UNAUTHENTICATED · RATE_LIMITED · EVENT_STORE_UNAVAILABLE
   */
  async authenticate(authorization: string | undefined, address: string): Promise<Caller> {
    const hash = hashOf(tokenOf(authorization));
    const known = this.#known.get(hash);
    const fresh = known !== undefined && known.freshUntil > this.#now();
    const caller = fresh ? known.caller : await this.#lookUp(hash, address, known);
    limit(this.#calls.take(caller.keyId), 'too many requests with this key');
    return caller;
  }

  /** The key was revoked: it stops working at once, also for a look-up in progress, and so do its streams. */
  end(hash: string, keyId: string): void {
    this.#known.delete(hash);
    this.#lookups.delete(hash);
    this.#options.streams?.end(keyId);
  }

  async #lookUp(hash: string, address: string, known: Known | undefined): Promise<Caller> {
    try {
      return await this.#find(hash, known);
    } catch (thrown) {
      const error = toTidemarkError(thrown);
      if (known && isUnavailable(error)) {
        known.freshUntil = this.#now() + AGAIN_MS;
        return known.caller;
      }
      if (error.code === 'UNAUTHENTICATED')
        limit(this.#failures.take(addressGroup(address)), 'too many failed attempts from this address');
      throw error;
    }
  }

  /** Calls with the same key share a look-up. */
  async #find(hash: string, known: Known | undefined): Promise<Caller> {
    let lookup = this.#lookups.get(hash);
    if (!lookup) {
      lookup = {};
      this.#lookups.set(hash, lookup);
      lookup.answer = this.#read(hash, lookup);
    }
    return known ? withTimeout(lookup.answer!, LOOKUP_MS, noAnswer) : lookup.answer!;
  }

  async #read(hash: string, lookup: object): Promise<Caller> {
    try {
      const found = await this.#options.find(hash);
      if (!found) {
        this.#known.delete(hash);
        throw new TidemarkError('UNAUTHENTICATED', 'unknown API key');
      }
      const { keyId, tenant, scopes } = found;
      const caller = { keyId, tenant, scopes };
      if (this.#lookups.get(hash) === lookup) this.#known.set(hash, { caller, freshUntil: this.#now() + FRESH_MS });
      return caller;
    } finally {
      if (this.#lookups.get(hash) === lookup) this.#lookups.delete(hash);
    }
  }
}

function tokenOf(authorization: string | undefined): string {
  const [, token] = /^bearer +([\x21-\x7e]{1,512})$/i.exec(authorization ?? '') ?? [];
  if (token === undefined)
    throw new TidemarkError('UNAUTHENTICATED', 'an API key is required: Authorization: Bearer <key>');
  return token;
}

function limit(wait: number, message: string): void {
  if (wait > 0) throw new TidemarkError('RATE_LIMITED', message, { retryAfter: Math.ceil(wait) });
}

const noAnswer = (): never => {
  throw new TidemarkError('EVENT_STORE_UNAVAILABLE', 'no answer in time');
};
