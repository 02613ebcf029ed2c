import { sleep, systemClock, unlessAborted } from '@tidemark/foundation';
import { AuthExpired, type ExternalError, Retryable } from '../external-error.js';
import type { HttpRequest } from '../http-client/http-types.js';
import { nextDelay, retrySchedule } from '../retry-schedule.js';
import type { OAuthClient, OAuthCredentialData, OAuthTokens } from './credential-data.js';
import type { Credential } from './credential.js';
import { Hidden, withoutSecrets } from './secret.js';
import { withHeader } from './static-credential.js';
import { clientCredentialsTokens, refreshTokens, type TokenEndpointOptions } from './token-endpoint.js';

/** The stored part of a credential that renews itself. */
export interface HeldTokens {
  /** Differs with every change. */
  readonly revision: string;
  readonly client: OAuthClient;
  readonly tokens?: OAuthTokens | undefined;
  /** A process is renewing them, and counts as dead after this time (ms since the epoch). */
  readonly renewingUntil?: number | undefined;
}

/** Where tokens are kept, for all processes. */
export interface TokenKeeper {
  /** @throws Error when the credential is gone */
  load(): Promise<HeldTokens>;
  /** Stores them unless there has been another change since `revision`; returns the new revision, or null if there has. */
  save(revision: string, held: Pick<HeldTokens, 'tokens' | 'renewingUntil'>): Promise<string | null>;
}

/** Longer than any token request takes: the lease for one ends after it. */
const RENEWAL_MS = 45_000;
const POLL_MS = 200;
const MAX_SKEW_MS = 60_000;
const STORE_AGAIN = retrySchedule([0.2, 1, 5]);

/**
 * A credential whose access token is renewed a minute (or a tenth of its life) before it expires, and after a refusal.
 * Any number of concurrent callers, in any number of processes, make one request: the first one takes the lease
 * in the keeper, and the new tokens are stored before they are used.
 */
export class OAuthCredential extends Hidden implements Credential {
  readonly kind: OAuthCredentialData['kind'];
  readonly #keeper: TokenKeeper;
  readonly #options: Required<TokenEndpointOptions>;
  #held: HeldTokens | undefined;
  /** The last renewed token: requests with it may still be in flight. */
  #replaced: OAuthTokens | undefined;
  #renewal: Promise<OAuthTokens> | undefined;
  /** The revision that the server refused to renew; no renewal is tried until it has changed. */
  #refusal: { readonly revision: string; readonly error: ExternalError } | undefined;

  constructor(
    readonly id: string,
    kind: OAuthCredentialData['kind'],
    keeper: TokenKeeper,
    options: TokenEndpointOptions,
  ) {
    super();
    this.kind = kind;
    this.#keeper = keeper;
    this.#options = { clock: systemClock, ...options };
  }

  async apply(request: HttpRequest): Promise<HttpRequest> {
    const { accessToken } = await this.#tokens(request.signal);
    return withHeader(request, 'authorization', `Bearer ${accessToken}`);
  }

  async refresh({ headers = {}, signal }: HttpRequest): Promise<boolean> {
    const refused = headers.authorization?.replace(/^Bearer /, '');
    if (this.#held?.tokens?.accessToken === refused) await unlessAborted(this.#renew(refused), signal);
    return true;
  }

  async secret(): Promise<{ readonly password: string }> {
    return { password: (await this.#tokens(undefined)).accessToken };
  }

  redact(text: string): string {
    const { client, tokens } = this.#held ?? {};
    const all = [tokens, this.#replaced].flatMap((some) => [some?.accessToken, some?.refreshToken]);
    return withoutSecrets(text, [client?.clientSecret, ...all]);
  }

  /** The copy in memory has to be read again: the credential was changed by hand. */
  forget(): void {
    this.#replaced = this.#held?.tokens ?? this.#replaced;
    this.#held = undefined;
  }

  async #tokens(signal: AbortSignal | undefined): Promise<OAuthTokens> {
    const known = this.#held?.tokens;
    if (known && this.#fresh(known)) return known;
    try {
      return await unlessAborted(this.#renew(), signal);
    } catch (error) {
      // Renewed early, so that a temporary failure of the server leaves time to retry.
      const tokens = this.#held?.tokens;
      if (error instanceof Retryable && tokens && !this.#expired(tokens)) return tokens;
      throw error;
    }
  }

  #expired({ expiresAt = Infinity }: OAuthTokens): boolean {
    return expiresAt <= this.#options.clock.now();
  }

  #fresh({ expiresAt = Infinity, obtainedAt }: OAuthTokens): boolean {
    const skew = Math.min(MAX_SKEW_MS, (expiresAt - obtainedAt) / 10);
    return expiresAt === Infinity || expiresAt - skew > this.#options.clock.now();
  }

  /** One renewal at a time; callers during it share its result. */
  #renew(refused?: string): Promise<OAuthTokens> {
    this.#renewal ??= this.#renewed(refused).finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #renewed(refused: string | undefined): Promise<OAuthTokens> {
    const { clock } = this.#options;
    for (;;) {
      const held = (this.#held = await this.#keeper.load());
      if (held.tokens && this.#fresh(held.tokens) && held.tokens.accessToken !== refused) return held.tokens;
      if (this.#refusal?.revision === held.revision) throw this.#refusal.error;
      const others = (held.renewingUntil ?? 0) - clock.now();
      if (others > 0) {
        await sleep(Math.min(others, POLL_MS), { clock });
        continue;
      }
      const renewingUntil = clock.now() + RENEWAL_MS;
      const claimed = await this.#keeper.save(held.revision, { tokens: held.tokens, renewingUntil });
      if (claimed === null) continue;
      const [renewal] = await Promise.allSettled([this.#ask(held)]);
      const revision = await this.#stored(claimed, renewal.status === 'fulfilled' ? renewal.value : held.tokens);
      if (revision === null) continue; // Authorised again in the meantime: use the new tokens.
      if (renewal.status === 'rejected') throw this.#remembered(renewal.reason, revision);
      this.#replaced = held.tokens;
      this.#held = { revision, client: held.client, tokens: renewal.value };
      return renewal.value;
    }
  }

  /** Retries: the old refresh token may already be void. */
  async #stored(claimed: string, tokens: OAuthTokens | undefined): Promise<string | null> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#keeper.save(claimed, { tokens });
      } catch (error) {
        const delay = nextDelay(STORE_AGAIN, tries, 0.5);
        if (delay === null) throw error;
        await sleep(delay, { clock: this.#options.clock });
      }
    }
  }

  async #ask({ client, tokens }: HeldTokens): Promise<OAuthTokens> {
    if (this.kind === 'oauth2-client-credentials') return clientCredentialsTokens(client, this.#options);
    if (tokens?.refreshToken === undefined)
      throw new AuthExpired('AUTH_EXPIRED', 'the access token is no longer accepted, and there is no refresh token');
    return refreshTokens(client, tokens.refreshToken, this.#options);
  }

  #remembered(error: unknown, revision: string): Error {
    if (error instanceof AuthExpired) this.#refusal = { revision, error };
    return error as Error;
  }
}
