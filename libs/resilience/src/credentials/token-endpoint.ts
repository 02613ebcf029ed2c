import * as oauth from 'oauth4webapi';
import { systemClock, type Clock } from '@tidemark/foundation';
import { AuthExpired, ExternalError, NO_ACCESS_TOKEN, Retryable, Terminal } from '../external-error.js';
import { displayUrl } from '../fetch-error.js';
import type { HttpClient, HttpResponse } from '../http-client/http-types.js';
import type { OAuthClient, OAuthTokens } from './credential-data.js';

/** The client for token endpoints: without a credential, of the same guarded pool as all others. */
export interface TokenEndpointOptions {
  readonly http: HttpClient;
  readonly clock?: Clock;
}

/** The request for a user's consent, and the values to keep until the response. */
export interface AuthorizationRequest {
  readonly url: string;
  /** Returned with the response; must be compared with the one kept for this user. */
  readonly state: string;
  /** Proves that the code is exchanged by its requester (PKCE, RFC 7636). A secret. */
  readonly codeVerifier: string;
}

/** Where to send a user for consent. @throws RangeError when the client has no authorization URL */
export async function buildAuthorizationUrl(client: OAuthClient, redirectUri: string): Promise<AuthorizationRequest> {
  if (client.authorizationUrl === undefined) throw new RangeError('client.authorizationUrl: is required');
  const url = new URL(client.authorizationUrl);
  const state = oauth.generateRandomState();
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const query = {
    ...client.authorizationParameters,
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    ...(client.scopes && client.scopes.length > 0 && { scope: client.scopes.join(' ') }),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return { url: url.href, state, codeVerifier };
}

/** The values returned with the user. */
export interface CodeAnswer {
  /** The query of the redirect: `code` and `state`, or `error`. */
  readonly callback: URLSearchParams;
  readonly expectedState: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
}

/** Exchanges a code for tokens. @throws AuthExpired when it, or the response, is refused · Retryable · RateLimited · Terminal */
export async function exchangeCode(
  client: OAuthClient,
  { callback, expectedState, codeVerifier, redirectUri }: CodeAnswer,
  options: TokenEndpointOptions,
): Promise<OAuthTokens> {
  return tokensOf(client, options, async (server, us, auth, request) => {
    // The server may name its issuer (RFC 9207), which we do not know; PKCE and state bind the response to us.
    const answer = new URLSearchParams([...callback].filter(([name]) => name !== 'iss'));
    const checked = oauth.validateAuthResponse(server, us, answer, expectedState);
    return oauth.authorizationCodeGrantRequest(server, us, auth, checked, redirectUri, codeVerifier, request);
  });
}

/** New tokens for a refresh token; keeps that one when the server sends no other. @throws as `exchangeCode` */
export async function refreshTokens(
  client: OAuthClient,
  refreshToken: string,
  options: TokenEndpointOptions,
): Promise<OAuthTokens> {
  const tokens = await tokensOf(client, options, (server, us, auth, request) =>
    oauth.refreshTokenGrantRequest(server, us, auth, refreshToken, request),
  );
  return { refreshToken, ...tokens };
}

/** Tokens for our own account. @throws as `exchangeCode` */
export async function clientCredentialsTokens(
  client: OAuthClient,
  options: TokenEndpointOptions,
): Promise<OAuthTokens> {
  const { parameters, scopes = [] } = client;
  const requested: Record<string, string> = { ...parameters, ...(scopes.length > 0 && { scope: scopes.join(' ') }) };
  return tokensOf(client, options, (server, us, auth, request) =>
    oauth.clientCredentialsGrantRequest(server, us, auth, requested, request),
  );
}

type Ask = (
  server: oauth.AuthorizationServer,
  us: oauth.Client,
  auth: oauth.ClientAuth,
  request: oauth.TokenEndpointRequestOptions,
) => Promise<Response>;

async function tokensOf(
  client: OAuthClient,
  { http, clock = systemClock }: TokenEndpointOptions,
  ask: Ask,
): Promise<OAuthTokens> {
  if (!URL.canParse(client.tokenUrl))
    throw new Terminal('REQUEST_INVALID', 'client.tokenUrl is not a URL', { field: 'client.tokenUrl' });
  const url = new URL(client.tokenUrl);
  const server = { issuer: url.origin, token_endpoint: url.href };
  const us = { client_id: client.clientId };
  const where = displayUrl(url);
  const obtainedAt = clock.now();
  try {
    const response = await ask(server, us, clientAuth(client), {
      [oauth.customFetch]: (to, { method: _, body, headers }) => post(http, to, headers, body as URLSearchParams),
      // The guard decides whether plain HTTP is allowed: only an operator can allow an address for it.
      [oauth.allowInsecureRequests]: url.protocol === 'http:',
      additionalParameters: { ...client.parameters },
    });
    const answer = await oauth.processRefreshTokenResponse(server, us, response);
    return {
      accessToken: answer.access_token,
      obtainedAt,
      ...(answer.expires_in !== undefined && { expiresAt: obtainedAt + answer.expires_in * 1000 }),
      ...(answer.refresh_token !== undefined && { refreshToken: answer.refresh_token }),
    };
  } catch (error) {
    throw tokenError(error, where);
  }
}

/** The library's errors contain whole responses: only OAuth's closed list of error codes is passed on. */
function tokenError(error: unknown, where: string): Error {
  if (error instanceof ExternalError) return error;
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
    if (TEMPORARY.has(error.error)) return new Retryable('UNAVAILABLE', `${where} failed${wordOf(error.error)}`);
    return new AuthExpired(NO_ACCESS_TOKEN, `${where} refused${wordOf(error.error)}: it has to be authorised again`);
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError)
    return new AuthExpired(NO_ACCESS_TOKEN, `${where} refused this client`);
  if (error instanceof oauth.OperationProcessingError && /"state"/.test(error.message))
    return new AuthExpired('AUTH_EXPIRED', 'state: the response does not belong to a request from here', {
      field: 'state',
    });
  return new Retryable('SOURCE_INVALID_RESPONSE', `${where}: the response contains no usable token`);
}

/** What a server says when it cannot decide now (RFC 6749, 4.1.2.1; RFC 8628, 3.5). */
const TEMPORARY: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

const wordOf = (error: string) => (/^[a-z_]{1,40}$/.test(error) ? ` (${error})` : '');

function clientAuth({ clientSecret, clientAuth: how }: OAuthClient): oauth.ClientAuth {
  if (clientSecret === undefined || how === 'none') return oauth.None();
  if (how === 'post') return oauth.ClientSecretPost(clientSecret);
  return (_server, { client_id }, _body, headers) => {
    const pair = `${formEncoded(client_id)}:${formEncoded(clientSecret)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  };
}

/**
 * As a form encodes it (RFC 6749, 2.3.1), and no further: the library's own `basic` also escapes `-`, `_` and `.`, which
 * the many servers that do not decode it would read as another secret.
 */
const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);

const REFUSALS = [400, 401];
/** The limit for a response with a few tokens. */
const MAX_BYTES = 1024 ** 2;

async function post(http: HttpClient, url: string, headers: Record<string, string>, body: URLSearchParams) {
  const call = { method: 'POST', url, headers, body: body.toString(), expect: REFUSALS, maxBytes: MAX_BYTES } as const;
  return conforming(await http.request(call));
}

/**
 * The response in the form that the specification requires (RFC 6749, 5.1 and 5.2). Some servers send errors with 200,
 * omit the token type, or add tokens of other kinds, which are ignored.
 */
function conforming(answer: HttpResponse): Response {
  let body: Record<string, unknown> = {};
  try {
    body = Object(answer.json<object>()) as Record<string, unknown>;
  } catch (error) {
    if (answer.status < 400) throw error;
  }
  const refused = answer.status >= 400 || (typeof body.error === 'string' && body.access_token === undefined);
  const { access_token, refresh_token, expires_in, error = 'refused' } = body;
  const known = refused
    ? { error: typeof error === 'string' ? error : 'refused' }
    : {
        access_token,
        refresh_token: refresh_token ?? undefined,
        expires_in: expires_in ?? undefined,
        token_type: 'bearer',
      };
  return Response.json(known, { status: refused ? 400 : 200 });
}
