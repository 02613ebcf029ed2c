import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@tidemark/test-kit';
import { buildAuthorizationUrl, createCredential, type Credential, exchangeCode, type OAuthTokens } from '../index.js';
import { failure, HttpWorld } from '../testing/http-world.js';
import { TokenServer } from '../testing/token-server.js';

let world: HttpWorld;
let server: TokenServer;
beforeEach(async () => {
  world = new HttpWorld();
  server = await new TokenServer().start(world.servers);
});
afterEach(() => world.close());

/** An authorized credential; its tokens were just issued and last an hour, unless set otherwise. */
function authorized(tokens: Partial<OAuthTokens> = {}): Credential {
  server.issued = 1;
  const obtainedAt = world.clock.now();
  const given = { accessToken: 'access-1', refreshToken: 'refresh-1', obtainedAt, expiresAt: obtainedAt + 3_600_000 };
  return createCredential(
    'c1',
    { kind: 'oauth2-authorization-code', client: server.client, tokens: { ...given, ...tokens } },
    { http: world.client(), clock: world.clock },
  );
}

const clientCredentials = (client = server.client) =>
  createCredential('c2', { kind: 'oauth2-client-credentials', client }, { http: world.client(), clock: world.clock });

const callApi = (credential: Credential) => world.client({ credential }).request({ url: server.api });

describe('an access token', () => {
  it('cannot be fetched from an invalid address, and the error names its field', async () => {
    const error = await failure(callApi(clientCredentials({ ...server.client, tokenUrl: 'nowhere' })));
    expect(error).toMatchObject({ name: 'Terminal', code: 'SOURCE_REQUEST_INVALID', field: 'client.tokenUrl' });
  });

  it('is used until a minute before it expires, and then renewed first', async () => {
    const credential = authorized();
    await world.clock.advance(3_539_999);
    await callApi(credential);
    expect(server.requests).toHaveLength(0);
    await world.clock.advance(1);
    await callApi(credential);
    expect(server.requests.map(({ form }) => form)).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'refresh-1' },
    ]);
    expect(server.apiCalls).toEqual(['Bearer access-1', 'Bearer access-2']);
  });

  it('of a short life is renewed after nine tenths of it', async () => {
    const credential = authorized({ expiresAt: world.clock.now() + 100_000 });
    await world.clock.advance(89_999);
    await callApi(credential);
    expect(server.requests).toHaveLength(0);
    await world.clock.advance(1);
    await callApi(credential);
    expect(server.requests).toHaveLength(1);
  });

  it('is renewed once for a hundred concurrent callers', async () => {
    const credential = authorized({ expiresAt: world.clock.now() });
    const pool = world.pool({ inFlight: 100 });
    const client = pool.client({ side: 'source', credential });
    await Promise.all(Array.from({ length: 100 }, () => client.request({ url: server.api })));
    expect(server.requests).toHaveLength(1);
    expect(new Set(server.apiCalls)).toEqual(new Set(['Bearer access-2']));
  });

  it('is renewed once for a hundred refused requests, and every request is repeated', async () => {
    const credential = authorized();
    server.issued = 0; // It is revoked.
    server.answers.push({ status: 200, body: { access_token: 'access-2', token_type: 'bearer', expires_in: 60 } });
    server.ready = waitFor(() => server.apiCalls.length === 100).then(() => void (server.issued = 2));
    const client = world.pool({ inFlight: 100 }).client({ side: 'source', credential });
    const calls = Array.from({ length: 100 }, () => client.request({ url: server.api, method: 'POST', body: 'x' }));
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect(server.requests).toHaveLength(1);
    expect(server.apiCalls).toHaveLength(200);
  });

  it('that is refused although it is new is an error, after one renewal', async () => {
    const credential = authorized();
    server.issued = 99;
    server.answers.push({ status: 200, body: { access_token: 'useless', token_type: 'bearer' } });
    const client = world.client({ credential, side: 'destination' });
    expect(await failure(client.request({ url: server.api }))).toMatchObject({
      ...{ name: 'AuthExpired', code: 'DESTINATION_AUTH_EXPIRED', status: 401 },
    });
    expect(server.apiCalls).toEqual(['Bearer access-1', 'Bearer useless']);
    expect(server.requests).toHaveLength(1);
  });

  it('that expires during a job is renewed without an effect on the job', async () => {
    server.expiresIn = 600;
    const credential = authorized({ expiresAt: world.clock.now() + 600_000 });
    for (let page = 0; page < 10; page++) {
      expect(await callApi(credential)).toMatchObject({ status: 200 });
      await world.clock.advance(599_000);
    }
    expect(server.apiCalls.at(-1)).toBe(`Bearer access-${server.issued}`);
    expect(server.issued).toBe(10);
  });

  it('is fetched for client credentials, with the scopes and parameters that are set', async () => {
    const credential = clientCredentials({ ...server.client, parameters: { audience: 'api' } });
    await callApi(credential);
    await callApi(credential);
    expect(server.requests).toHaveLength(1);
    const { form, headers } = server.requests[0]!;
    expect(form).toEqual({ grant_type: 'client_credentials', scope: 'read write', audience: 'api' });
    expect(headers.authorization).toBe(`Basic ${Buffer.from('us:client-hunter2').toString('base64')}`);
  });

  it('is fetched with the secret in the form, where the server requires it there', async () => {
    await callApi(clientCredentials({ ...server.client, clientAuth: 'post' }));
    expect(server.requests[0]!.form).toMatchObject({ client_id: 'us', client_secret: 'client-hunter2' });
    expect(server.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('serves as the password of other protocols', async () => {
    expect(await authorized().secret()).toEqual({ password: 'access-1' });
  });
});

describe('a renewal', () => {
  it.each([
    [
      'in the words of OAuth',
      { status: 400, body: { error: 'invalid_grant', error_description: 'refresh-1 was used' } },
    ],
    ['in other words', { status: 401, body: { message: 'client-hunter2 is unknown' } }],
    ['with status 200', { status: 200, body: { error: 'bad_refresh_token' } }],
    ['with a challenge', { status: 401, body: {}, headers: { 'www-authenticate': 'Basic realm="x"' } }],
  ])('that is refused %s is final, and not requested again', async (_how, answer) => {
    const credential = authorized({ expiresAt: world.clock.now() });
    server.answers.push(answer);
    for (let n = 0; n < 2; n++) {
      const error = await failure(callApi(credential));
      expect(error).toMatchObject({ name: 'AuthExpired', code: 'NO_ACCESS_TOKEN', retryable: false });
      expect(error.message).toMatch(/^http:\S+\/token refused/);
    }
    expect(server.requests).toHaveLength(1);
    expect(server.apiCalls).toHaveLength(0);
  });

  it('without a refresh token is refused without a request', async () => {
    const credential = authorized({ refreshToken: undefined as never });
    server.issued = 7;
    expect(await failure(callApi(credential))).toMatchObject({ name: 'AuthExpired', code: 'NO_ACCESS_TOKEN' });
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['503', { status: 503, body: {} }, 'SOURCE_UNREACHABLE'],
    ['nonsense', { status: 200, body: { hello: 'world' } }, 'SOURCE_INVALID_RESPONSE'],
  ])('that fails temporarily with %s is retried by the next caller', async (_what, answer, code) => {
    const credential = authorized({ expiresAt: world.clock.now() });
    server.answers.push(answer);
    expect(await failure(callApi(credential))).toMatchObject({ name: 'Retryable', code });
    expect(await callApi(credential)).toMatchObject({ status: 200 });
  });

  it('that fails temporarily has no effect while the token is still valid', async () => {
    const credential = authorized();
    await world.clock.advance(3_550_000);
    server.answers.push({ status: 503, body: {} });
    expect(await callApi(credential)).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(1);
  });

  it('that is rate limited reports until when', async () => {
    const credential = authorized({ expiresAt: world.clock.now() });
    server.answers.push({ status: 429, body: {}, headers: { 'retry-after': '20' } });
    expect(await failure(callApi(credential))).toMatchObject({ name: 'RateLimited', retryAfterMs: 20_000 });
  });

  it('continues for the others when the first caller goes away', async () => {
    const credential = authorized({ expiresAt: world.clock.now() });
    const ready = Promise.withResolvers<void>();
    server.ready = ready.promise;
    const leaving = new AbortController();
    const client = world.client({ credential });
    const first = client.request({ url: server.api, signal: leaving.signal });
    const second = client.request({ url: server.api });
    await waitFor(() => server.requests.length === 1);
    leaving.abort();
    await expect(first).rejects.toBe(leaving.signal.reason);
    ready.resolve();
    expect(await second).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(1);
  });

  it('keeps the refresh token when the server sends no other', async () => {
    const credential = authorized({ expiresAt: world.clock.now() });
    server.answers.push({ status: 200, body: { access_token: 'access-1', token_type: 'bearer', expires_in: 60 } });
    await callApi(credential);
    await world.clock.advance(60_000);
    await callApi(credential);
    expect(server.requests.map(({ form }) => form.refresh_token)).toEqual(['refresh-1', 'refresh-1']);
  });
});

describe('the consent of a user', () => {
  const redirectUri = 'https://tidemark.test/callback';

  it('is requested with a challenge, and its code exchanged with the verifier', async () => {
    const request = await buildAuthorizationUrl(
      { ...server.client, authorizationParameters: { prompt: 'consent' } },
      redirectUri,
    );
    const query = Object.fromEntries(new URL(request.url).searchParams);
    expect(query).toEqual({
      ...{ tenant: '1', prompt: 'consent', response_type: 'code', client_id: 'us', redirect_uri: redirectUri },
      ...{ scope: 'read write', state: request.state, code_challenge_method: 'S256' },
      code_challenge: Buffer.from(
        await crypto.subtle.digest('SHA-256', new TextEncoder().encode(request.codeVerifier)),
      ).toString('base64url'),
    });
    const callback = new URLSearchParams({ code: 'the-code', state: request.state, iss: 'https://issuer.test' });
    const answer = { callback, expectedState: request.state, codeVerifier: request.codeVerifier, redirectUri };
    const tokens = await exchangeCode(server.client, answer, { http: world.client(), clock: world.clock });
    expect(tokens).toEqual({
      ...{ accessToken: 'access-1', refreshToken: 'refresh-1' },
      ...{ obtainedAt: world.clock.now(), expiresAt: world.clock.now() + 3_600_000 },
    });
    expect(server.requests[0]!.form).toEqual({
      ...{ grant_type: 'authorization_code', code: 'the-code', redirect_uri: redirectUri },
      code_verifier: request.codeVerifier,
    });
  });

  it.each([
    [
      'of another user',
      { code: 'the-code', state: 'another' },
      'state: the response does not belong to a request from here',
    ],
    ['without state', { code: 'the-code' }, 'state: the response does not belong to a request from here'],
    ['that denies it', { error: 'access_denied', state: 'mine' }, /\/token refused \(access_denied\)/],
  ])('is not accepted from a response %s', async (_what, answer, message) => {
    const callback = new URLSearchParams(answer as Record<string, string>);
    const exchange = { callback, expectedState: 'mine', codeVerifier: 'x'.repeat(43), redirectUri };
    const error = await failure(exchangeCode(server.client, exchange, { http: world.client() }));
    expect(error.name).toBe('AuthExpired');
    expect(error.message).toMatch(message);
    expect(server.requests).toHaveLength(0);
  });
});
