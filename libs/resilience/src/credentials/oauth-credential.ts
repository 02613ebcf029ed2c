import { sleep, systemClock, unlessAborted } from '@tidemark/foundation';
import { AuthExpired, NO_ACCESS_TOKEN, Terminal } from '../external-error.js';
import type { HttpRequest } from '../http-client/http-types.js';
import { nextDelay, retrySchedule } from '../retry-schedule.js';
import type { OAuthCredentialData, OAuthTokens } from './credential-data.js';
import type { Credential } from './credential.js';
import { EnvelopeError } from './envelope.js';
import type { HeldTokens, TokenKeeper } from './held-tokens.js';
import { RenewalLease, RenewalWatch } from './renewal-lease.js';
import { Hidden, withoutSecrets } from './secret.js';
import { withHeader } from './static-credential.js';
import { clientCredentialsTokens, refreshTokens, type TokenEndpointOptions } from './token-endpoint.js';

const NOT_AUTHORISED = 'the credential has not been authorised yet';
const NO_REFRESH_TOKEN =
  'the access token is no longer accepted, and there is no refresh token: the credential has to be authorised again';
const MAX_SKEW_MS = 60_000;
/** A refusal may be a fault of the server's: it is asked again after this time. */
const REFUSED_MS = 60_000;
/** In seconds; the last one for as long as it takes. */
const STORE_AGAIN = retrySchedule([0.2, 0.5, 1]);

/**
 * A credential whose access token is renewed a minute (or a tenth of its life) before it expires, and after a refusal.
 * Any number of concurrent callers, in any number of processes, make one request: the first one takes the lease
 * in the keeper, and the new tokens are stored before they are used. A process that dies with the lease delays the others
 * by seconds.
 */
export class OAuthCredential extends Hidden implements Credential {
  readonly kind: OAuthCredentialData['kind'];
  readonly #keeper: TokenKeeper;
  readonly #options: Required<TokenEndpointOptions>;
  #held: HeldTokens | undefined;
  /** The last renewed token: requests with it may still be in flight. */
  #replaced: OAuthTokens | undefined;
  #renewal: Promise<OAuthTokens> | undefined;
  /** The revision that the server refused to renew; it is not asked again for a while. */
  #refusal: { readonly revision: string; readonly error: AuthExpired; readonly at: number } | undefined;
  /** When this process first saw the current tokens, by its own clock. */
  #seen: { readonly revision: string; readonly at: number } | undefined;

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
      // Renewed early, so that a temporary failure of the server, or of our own store, leaves time to retry.
      const tokens = this.#held?.tokens ?? known;
      const isTemporary = !(error instanceof AuthExpired || error instanceof Terminal);
      if (isTemporary && !signal?.aborted && tokens && this.#left(tokens) > 0) return tokens;
      throw error;
    }
  }

  #fresh(tokens: OAuthTokens): boolean {
    const { expiresAt = Infinity, obtainedAt } = tokens;
    return expiresAt === Infinity || this.#left(tokens) > Math.min(MAX_SKEW_MS, (expiresAt - obtainedAt) / 10);
  }

  /** Milliseconds until they expire. The process that dated them may have a clock that is ahead of this one. */
  #left({ expiresAt = Infinity, obtainedAt }: OAuthTokens): number {
    const since = Math.min(obtainedAt, this.#seen?.at ?? Infinity);
    return expiresAt - obtainedAt - (this.#options.clock.now() - since);
  }

  /** One renewal at a time; callers during it share its result. */
  #renew(refused?: string): Promise<OAuthTokens> {
    this.#renewal ??= this.#renewed(refused).finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #renewed(refused: string | undefined): Promise<OAuthTokens> {
    const { clock } = this.#options;
    const watch = new RenewalWatch(clock);
    for (;;) {
      const held = this.#hold(await this.#keeper.load());
      if (held.tokens && this.#fresh(held.tokens) && held.tokens.accessToken !== refused) return held.tokens;
      this.#assertNotRefused(held);
      if (!(await watch.isFree(held))) continue;
      const lease = await RenewalLease.take(this.#keeper, held, clock);
      const tokens = lease && (await this.#renewedWith(lease, held));
      if (tokens) return tokens; // Otherwise another process has renewed them, or they were authorised again.
    }
  }

  /** Undefined when they have changed in the meantime. */
  async #renewedWith(lease: RenewalLease, held: HeldTokens): Promise<OAuthTokens | undefined> {
    try {
      const tokens = await this.#ask(held);
      const revision = await this.#stored(held.revision, tokens);
      if (revision === null) return undefined;
      this.#replaced = held.tokens;
      this.#hold({ revision, client: held.client, tokens });
      return tokens;
    } catch (error) {
      // Refused perhaps because a process that counted as dead has used the refresh token.
      if (error instanceof AuthExpired && (await this.#keeper.load()).revision !== held.revision) return undefined;
      await lease.release();
      if (error instanceof AuthExpired)
        this.#refusal = { revision: held.revision, error, at: this.#options.clock.elapsed() };
      throw error;
    } finally {
      await lease.end();
    }
  }

  #hold(held: HeldTokens): HeldTokens {
    if (this.#seen?.revision !== held.revision) this.#seen = { revision: held.revision, at: this.#options.clock.now() };
    return (this.#held = held);
  }

  #assertNotRefused({ revision }: HeldTokens): void {
    if (this.#refusal?.revision !== revision) return;
    if (this.#options.clock.elapsed() - this.#refusal.at < REFUSED_MS) throw this.#refusal.error;
  }

  /** Until it works: the old refresh token may already be void. */
  async #stored(revision: string, tokens: OAuthTokens): Promise<string | null> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#keeper.save(revision, tokens);
      } catch (error) {
        if (error instanceof Terminal || error instanceof EnvelopeError) throw error;
        const delay = nextDelay(STORE_AGAIN, Math.min(tries, STORE_AGAIN.delaysMs.length - 1), 0.5)!;
        await sleep(delay, { clock: this.#options.clock });
      }
    }
  }

  async #ask({ client, tokens }: HeldTokens): Promise<OAuthTokens> {
    if (this.kind === 'oauth2-client-credentials') return clientCredentialsTokens(client, this.#options);
    if (tokens?.refreshToken === undefined)
      throw new AuthExpired(NO_ACCESS_TOKEN, tokens ? NO_REFRESH_TOKEN : NOT_AUTHORISED);
    return refreshTokens(client, tokens.refreshToken, this.#options);
  }
}
