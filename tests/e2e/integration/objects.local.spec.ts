import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { PagedApi } from '../testing/paged-api.js';

const names = ['issues', 'labels', 'users'];
let api: PagedApi;
let installation: StandaloneInstallation;
let on: Client;

beforeEach(async () => {
  api = await PagedApi.start();
  for (const name of names) api.objects.set(name, [{ id: 1, updatedAt: '2026-01-01T00:00:00Z' }]);
  installation = await startStandaloneInstallation();
  on = installation.client;
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await api.stop();
});

const source = (given: object = {}) => ({
  connector: 'http-json',
  config: api.config(names),
  objects: names,
  ...given,
});
const objectsOf = async (id: string) =>
  Object.fromEntries((await on.get(`/v1/connections/${id}/objects`)).body.data.map((one: any) => [one.object, one]));

describe('an object of a connection', () => {
  it('has a state, a health, a last sync and a cursor of its own, and holds up no other', async () => {
    const id = await on.connect(source());
    expect((await objectsOf(id))['labels']).toEqual({
      ...{ object: 'labels', state: 'active', health: 'healthy', failures: 0, lastSync: null, cursor: null },
    });
    api.failures.set('labels', { status: 403 });
    const first = await on.sync(id);
    await on.sync(id);
    expect(first.result).toBe('completed_with_errors');
    const failing = await objectsOf(id);
    expect(failing).toMatchObject({
      issues: {
        health: 'healthy',
        failures: 0,
        lastSync: { state: 'completed' },
        cursor: { startedAt: expect.any(String) },
      },
      labels: {
        health: 'degraded',
        failures: 2,
        lastSync: { state: 'failed', error: { code: expect.any(String) } },
        cursor: null,
      },
    });
    api.failures.clear();
    await on.ended(await on.order(id, { objects: ['labels'] }));
    expect((await objectsOf(id))['labels']).toMatchObject({
      health: 'healthy',
      failures: 0,
      lastSync: { state: 'completed' },
    });
    expect((await objectsOf(id))['issues'].lastSync).toEqual(failing['issues'].lastSync);
  });

  it('is left out of syncs that do not name it while it is paused, and is read on when it is resumed', async () => {
    const id = await on.connect(source());
    await on.sync(id);
    const change = async (object: string, verb: string) => on.post(`/v1/connections/${id}/objects/${object}/${verb}`);
    expect(await change('users', 'pause')).toMatchObject({ status: 200, body: { object: 'users', state: 'paused' } });
    expect((await change('users', 'pause')).status).toBe(200);
    const read = async (given?: object) => {
      const from = api.requests.length;
      await on.ended(await on.order(id, given));
      return [...new Set(api.requests.slice(from).map((url) => /^\/(\w+)/.exec(url)![1]))];
    };
    expect(await read()).toEqual(['issues', 'labels']);
    expect(await read({ objects: ['users'] })).toEqual(['users']);
    const { cursor } = (await change('users', 'resume')).body;
    expect(cursor).not.toBeNull();
    expect(await read()).toEqual(names);
    expect((await change('users', 'reset')).body).toMatchObject({ object: 'users', cursor: null });
    expect((await objectsOf(id))['issues'].cursor).not.toBeNull();
    for (const name of names) await change(name, 'pause');
    expect(await read()).toEqual([]);
    expect((await change('nothing', 'pause')).status).toBe(404);
    const { key } = await on.newKey('other', 'read', 'write');
    expect((await on.get(`/v1/connections/${id}/objects`, { key })).status).toBe(404);
    expect((await on.post(`/v1/connections/${id}/objects/users/resume`, undefined, { key })).status).toBe(404);
  });

  it('is read on when others are added, and the answer to a change says so', async () => {
    const id = await on.connect(source({ objects: ['issues'] }));
    await on.sync(id);
    const patch = async (body: object) => (await on.call('PATCH', `/v1/connections/${id}`, { body })).body.cursorEffect;
    expect(await patch({ source: source() })).toEqual({
      effect: 'kept',
      message: 'each object is read on from where it is; new ones from their beginning: labels, users',
    });
    expect(await patch({ name: 'renamed' })).toBeUndefined();
    const config = { ...(api.config(names) as object), baseUrl: `${api.url}/` };
    expect(await patch({ source: source({ config }) })).toMatchObject({ effect: 'dropped' });
    expect((await objectsOf(id))['issues'].cursor).toBeNull();
  });
});
