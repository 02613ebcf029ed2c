import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@tidemark/test-kit';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { OAuthServer } from '../testing/oauth-server.js';
import { PagedApi } from '../testing/paged-api.js';

let api: PagedApi;
let oauth: OAuthServer;
let installation: StandaloneInstallation;
let on: Client;

beforeEach(async () => {
  [api, oauth, installation] = await Promise.all([
    PagedApi.start(),
    OAuthServer.start(),
    startStandaloneInstallation(),
  ]);
  oauth.onIssued = (token) => (api.token = token);
  api.objects.set('issues', [{ id: 1 }]);
  on = installation.client;
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await api.stop();
  await oauth.stop();
});

async function create(secrets: object = {}): Promise<string> {
  const given = { name: 'api', connector: 'http-json', kind: 'oauth2-authorization-code', client: oauth.client };
  const made = await on.post('/v1/credentials', { ...given, ...secrets });
  expect(made.status).toBe(201);
  return made.body.id;
}
const connect = (credentialId: string, schedule: object = { every: 'hourly' }) =>
  on.connect({ connector: 'http-json', config: api.config(['issues']), credentialId }, { schedule });
const authorize = async (connection: string, body: object = {}) =>
  (await on.post(`/v1/connections/${connection}/authorize`, body)).body;
const visit = async (url: URL) => {
  const page = await fetch(url);
  return { status: page.status, headers: page.headers, text: await page.text() };
};
const show = async (connection: string) => (await on.get(`/v1/connections/${connection}`)).body;
/** The end of a job reaches its connection a moment later. */
const inState = (connection: string, state: string) =>
  waitFor(async () => (await show(connection)).state === state).then(() => show(connection));
const listed = (connection: string, state: string) =>
  waitFor(async () =>
    (await on.get(`/v1/connections?state=${state}`)).body.data.some(({ id }: any) => id === connection),
  );

describe('a credential that a user authorises', () => {
  it('is authorised on a page of its system, whose answer is taken once', async () => {
    const connection = await connect(await create());
    const { url, expiresAt } = await authorize(connection);
    const asked = new URL(url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ code_challenge_method: 'S256', prompt: 'consent' });
    expect(asked.get('redirect_uri')).toBe(`${on.url}/oauth/callback`);
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
    const back = oauth.consent(url);
    const [first, second] = await Promise.all([visit(back), visit(back)]);
    expect([first.status, second.status].sort()).toEqual([200, 400]);
    const page = [first, second].find(({ status }) => status === 200)!;
    expect(page.text).toContain('<h1>Authorised</h1>');
    expect(page.text).toContain('“test”');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(oauth.requests).toHaveLength(1);
    expect(await on.sync(connection)).toMatchObject({ state: 'completed', counts: { created: 1 } });
  });

  it('is not authorised by a denial, an invented state or an answer with markup', async () => {
    const connection = await connect(await create());
    const state = new URL((await authorize(connection)).url).searchParams.get('state')!;
    const back = (query: Record<string, string>) =>
      visit(new URL(`${on.url}/oauth/callback?${new URLSearchParams(query).toString()}`));
    expect(await back({ state: `${state}x`, code: 'c' })).toMatchObject({ status: 400 });
    const denied = await back({ state, error: 'access_denied', error_description: '<script>alert(1)</script>' });
    expect(denied.status).toBe(400);
    expect(denied.text).toContain('access_denied');
    expect(denied.text).not.toContain('<script>');
    expect(await back({ state, code: 'c' })).toMatchObject({ status: 400 });
    expect(await back({})).toMatchObject({ status: 400 });
    expect(oauth.requests).toHaveLength(0);
  });

  it('must be one of the connection, and is named when there are several', async () => {
    const [one, other] = [await create(), await create()];
    const settings = { connector: 'http-json', config: api.config(['issues']) };
    const none = await on.connect(settings);
    expect((await on.post(`/v1/connections/${none}/authorize`, {})).body.error.fields[0].field).toBe('credentialId');
    const connection = await connect(one);
    expect((await on.post(`/v1/connections/${connection}/authorize`, { credentialId: other })).status).toBe(400);
    expect(await authorize(connection, { credentialId: one })).toMatchObject({ credentialId: one });
    const { key } = await on.newKey('bolt', 'read', 'write');
    expect((await on.post(`/v1/connections/${connection}/authorize`, {}, { key })).status).toBe(404);
  });

  it('whose renewal is refused revokes its connections until it is authorised again', async () => {
    const credential = await create({ tokens: { ...oauth.issue(), expiresAt: Date.now() } });
    const connections = [await connect(credential), await connect(credential)];
    oauth.refuses = 'invalid_grant';
    for (const connection of connections) {
      const job = await on.ended(await on.order(connection));
      expect(job).toMatchObject({ state: 'failed', lastError: { code: 'NO_ACCESS_TOKEN' } });
      expect(job.lastError.message).toContain('invalid_grant');
      const revoked = await inState(connection, 'revoked');
      expect(revoked).toMatchObject({ nextSyncAt: null, stateCause: job.lastError.message });
      await listed(connection, 'revoked');
      const refused = await on.post(`/v1/connections/${connection}/jobs`, {});
      expect([refused.status, refused.body.error.code]).toEqual([409, 'CONNECTION_NOT_ACTIVE']);
      expect(refused.body.error.message).toContain('authorize');
    }
    expect(oauth.requests).toHaveLength(1);
    oauth.refuses = undefined;
    expect((await visit(oauth.consent((await authorize(connections[0]!)).url))).status).toBe(200);
    for (const connection of connections) {
      const active = await inState(connection, 'active');
      expect(active.nextSyncAt).not.toBeNull();
      expect(active.stateCause).toBeUndefined();
      expect(await on.sync(connection)).toMatchObject({ state: 'completed' });
    }
  });

  it('leaves a connection alone that a person has disconnected, and is replaced by hand as well', async () => {
    const client = { ...oauth.client };
    const credential = await create({ kind: 'oauth2-client-credentials', client });
    const [connection, idle] = [await connect(credential), await connect(credential)];
    await on.post(`/v1/connections/${idle}/disconnect`);
    oauth.refuses = 'invalid_client';
    await on.sync(connection);
    await inState(connection, 'revoked');
    await listed(connection, 'revoked');
    oauth.refuses = undefined;
    await on.call('PUT', `/v1/credentials/${credential}`, { body: { kind: 'oauth2-client-credentials', client } });
    expect(await on.sync(connection)).toMatchObject({ state: 'completed' });
    expect(await show(idle)).toMatchObject({ state: 'disconnected' });
  });
});
