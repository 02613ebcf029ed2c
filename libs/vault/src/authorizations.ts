import { createHash } from 'node:crypto';
import { systemClock } from '@tidemark/foundation';
import { buildAuthorizationUrl, EnvelopeError, exchangeCode, open, seal } from '@tidemark/resilience';
import type { Vault, VaultOptions } from './vault.js';

/** What is authorised, and for whom. */
export interface Authorization {
  readonly tenant: string;
  readonly credentialId: string;
  readonly connectionId: string;
}

/** Kept, sealed, until the user comes back. */
interface Pending extends Authorization {
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The user came back with a state that is unknown, used up or too old. */
export class StateUnknown extends Error {
  override readonly name = 'StateUnknown';
}

const VALID_MS = 10 * 60_000;
const USED = Uint8Array.of(0);

/** The consents that users are asked for. Any process on the same store takes the answer, once. */
export class Authorizations {
  readonly #vault: Vault;
  readonly #options: Required<VaultOptions>;

  constructor(vault: Vault, options: VaultOptions) {
    this.#vault = vault;
    this.#options = { clock: systemClock, ...options };
  }

  /**
   * The address of the page that asks the user, valid for 10 minutes and one answer.
   * @throws Terminal `CREDENTIAL_MISSING`, `CREDENTIAL_INVALID` · VaultUnavailable
   */
  async begin(authorization: Authorization, redirectUri: string) {
    const { store, keys, clock } = this.#options;
    const client = await this.#vault.authorizableClient(authorization.tenant, authorization.credentialId);
    const { url, state, codeVerifier } = await buildAuthorizationUrl(client, redirectUri);
    await this.#removeOld();
    const expiresAt = clock.now() + VALID_MS;
    const pending: Pending = { ...authorization, codeVerifier, redirectUri, expiresAt };
    const id = nameOf(state);
    await store.compareAndPut(id, 0, seal(Buffer.from(JSON.stringify(pending), 'utf8'), [id], keys));
    return { url, expiresAt };
  }

  /** Uses a state up. @throws StateUnknown · VaultUnavailable */
  async take(state: string): Promise<Pending> {
    const { store, clock } = this.#options;
    const id = nameOf(state);
    const stored = await store.get(id);
    const pending = stored && this.#opened(id, stored.value);
    const isFirst = pending && (await store.compareAndPut(id, stored.version, USED)) !== null;
    if (isFirst) await store.remove(id);
    if (!isFirst || pending.expiresAt <= clock.now())
      throw new StateUnknown('this address was used already, or is older than 10 minutes');
    return pending;
  }

  /**
   * Exchanges what the user came back with, and stores the tokens. @throws AuthExpired when the server or the user
   * refused · Retryable · Terminal · EnvelopeError · VaultUnavailable
   */
  async complete({ tenant, credentialId, codeVerifier, redirectUri }: Pending, callback: URLSearchParams) {
    const client = await this.#vault.authorizableClient(tenant, credentialId);
    const expectedState = callback.get('state') ?? '';
    const answer = { callback, expectedState, codeVerifier, redirectUri };
    await this.#vault.authorized(tenant, credentialId, await exchangeCode(client, answer, this.#options));
  }

  async #removeOld(): Promise<void> {
    const { store, clock } = this.#options;
    for (const id of await store.ids(PREFIX)) {
      const stored = await store.get(id);
      const pending = stored && this.#opened(id, stored.value);
      if (stored && (pending?.expiresAt ?? 0) <= clock.now()) await store.remove(id);
    }
  }

  /** Undefined: it was used, or sealed with a key that is no longer there. */
  #opened(id: string, value: Uint8Array): Pending | undefined {
    try {
      return JSON.parse(Buffer.from(open(value, [id], this.#options.keys)).toString('utf8')) as Pending;
    } catch (error) {
      if (error instanceof EnvelopeError) return undefined;
      throw error;
    }
  }
}

const PREFIX = '["authorization",';
/** The state itself is not stored: with it, another could come back in the user's place. */
const nameOf = (state: string) => `${PREFIX}${JSON.stringify(createHash('sha256').update(state).digest('hex'))}]`;
