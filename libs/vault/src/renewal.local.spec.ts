import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseMasterKeys, type CredentialData } from '@tidemark/resilience';
import { failure, HttpWorld, TokenServer } from '@tidemark/resilience/testing';
import { FakeClock, waitFor } from '@tidemark/test-kit';
import { createVaultStore, Vault, VaultUnavailable, type VaultStore } from './index.js';

const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)];

let world: HttpWorld;
let server: TokenServer;
let store: VaultStore;
beforeEach(async () => {
  world = new HttpWorld();
  server = await new TokenServer().start(world.servers);
  store = await createVaultStore('sqlite::memory:');
});
afterEach(async () => {
  await world.close();
  await store.close();
});

/** As in another process: only the store is shared. */
const process = (given: { keys?: string; clock?: FakeClock; store?: VaultStore } = {}) =>
  new Vault({
    ...{ store, clock: world.clock, http: world.client() },
    ...given,
    keys: parseMasterKeys(given.keys ?? OLD),
  });
const call = async (of: Vault) =>
  world.client({ credential: await of.open('acme', 'c1', 'any') }).request({ url: server.api });

const oauth = (expiresAt: number): CredentialData => {
  server.issued = 1;
  const tokens = { accessToken: 'access-1', refreshToken: 'refresh-1', obtainedAt: expiresAt - 3_600_000, expiresAt };
  return { kind: 'oauth2-authorization-code', client: server.client, tokens };
};
const createExpired = () =>
  process().create('acme', { name: 'c', connector: 'any', data: oauth(world.clock.now()) }, 'c1');

/** Moves the clock until the work is done. */
async function whileTimePasses<T>(work: Promise<T>, step = 50): Promise<T> {
  let isOver = false;
  void work.catch(() => {}).finally(() => (isOver = true));
  await waitFor(async () => {
    await world.clock.advance(step);
    return isOver;
  });
  return work;
}

const labelOf = (one: VaultStore): Pick<VaultStore, 'label' | 'setLabel'> => ({
  label: () => one.label(),
  setLabel: (label) => one.setLabel(label),
});

/** A store of a process that can be killed: nothing of it gets through any more. */
function mortal() {
  let isDead = false;
  const unlessDead = <T>(work: () => Promise<T>): Promise<T> => (isDead ? new Promise<T>(() => {}) : work());
  const own: VaultStore = {
    ...labelOf(store),
    get: (id) => unlessDead(() => store.get(id)),
    compareAndPut: (id, version, value) => unlessDead(() => store.compareAndPut(id, version, value)),
    remove: (id) => unlessDead(() => store.remove(id)),
    ids: (prefix) => unlessDead(() => store.ids(prefix)),
    ping: () => store.ping(),
    close: async () => {},
  };
  return { store: own, kill: () => void (isDead = true) };
}

describe('the renewal of a stored credential', () => {
  it('is one for a hundred callers in several processes', async () => {
    await createExpired();
    const processes = Array.from({ length: 5 }, () => process());
    const calls = Array.from({ length: 100 }, (_, n) => call(processes[n % 5]!));
    const answers = await whileTimePasses(Promise.all(calls));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(server.requests).toHaveLength(1);
  });

  it('is one although the server takes long and a clock is hours ahead', async () => {
    await createExpired();
    const ready = Promise.withResolvers<void>();
    server.ready = ready.promise;
    const first = call(process());
    await waitFor(() => server.requests.length === 1);
    const ahead = new FakeClock(world.clock.now() + 7_200_000);
    const other = call(process({ clock: ahead }));
    for (let second = 0; second < 60; second++) {
      await world.clock.advance(1000);
      await ahead.advance(1000);
    }
    expect(server.requests).toHaveLength(1);
    ready.resolve();
    expect(await first).toMatchObject({ status: 200 });
    let isOver = false;
    void other.catch(() => {}).finally(() => (isOver = true));
    await waitFor(async () => {
      await ahead.advance(200);
      return isOver;
    });
    expect(await other).toMatchObject({ status: 200 });
  });

  it('of a process that died delays another by seconds', async () => {
    await createExpired();
    const hanging = Promise.withResolvers<void>();
    server.ready = hanging.promise;
    const dying = mortal();
    void call(process({ store: dying.store })).catch(() => {});
    await waitFor(() => server.requests.length === 1);
    dying.kill();
    server.ready = Promise.resolve();
    const other = call(process());
    await world.clock.advance(4000);
    expect(server.requests).toHaveLength(1);
    expect(await whileTimePasses(other, 200)).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(2);
    hanging.resolve();
  });

  it('stores what the server has issued to a process that counted as dead', async () => {
    await createExpired();
    const paused = new FakeClock(world.clock.now());
    const ready = Promise.withResolvers<void>();
    server.ready = ready.promise;
    const slow = call(process({ clock: paused }));
    await waitFor(() => server.requests.length === 1);
    // It beats no more: its clock stands still. The other one takes over, and the server does not accept its token twice.
    server.ready = Promise.resolve();
    server.answers.push({ status: 400, body: { error: 'invalid_grant' } });
    const other = failure(call(process()));
    expect(await whileTimePasses(other, 200)).toMatchObject({ code: 'NO_ACCESS_TOKEN' });
    ready.resolve();
    expect(await slow).toMatchObject({ status: 200 });
    expect(await (await process().open('acme', 'c1', 'any')).secret()).toEqual({ password: 'access-2' });
    expect(server.requests).toHaveLength(2);
  });

  it('stores the new tokens when the store is back, however long it was away', async () => {
    await createExpired();
    let isAway = false;
    const ready = Promise.withResolvers<void>();
    server.ready = ready.promise;
    const flaky: VaultStore = {
      ...labelOf(store),
      get: (id) => store.get(id),
      compareAndPut: async (id, version, value) => {
        if (isAway) throw new VaultUnavailable('disk full');
        return store.compareAndPut(id, version, value);
      },
      remove: (id) => store.remove(id),
      ids: (prefix) => store.ids(prefix),
      ping: () => store.ping(),
      close: async () => {},
    };
    const calling = call(process({ store: flaky }));
    await waitFor(() => server.requests.length === 1);
    isAway = true;
    ready.resolve();
    await waitFor(() => server.issued === 2);
    await world.clock.advance(120_000);
    isAway = false;
    expect(await whileTimePasses(calling)).toMatchObject({ status: 200 });
    expect(await (await process().open('acme', 'c1', 'any')).secret()).toEqual({ password: 'access-2' });
    expect(server.requests).toHaveLength(1);
  });

  it('stores the new refresh token before the new tokens are used', async () => {
    await createExpired();
    await call(process());
    await world.clock.advance(3_600_000);
    await call(process());
    expect(server.requests.map(({ form }) => form['refresh_token'])).toEqual(['refresh-1', 'refresh-2']);
  });

  it('is not lost when everything is sealed again meanwhile', async () => {
    await createExpired();
    const both = `${NEW},${OLD}`;
    const ready = Promise.withResolvers<void>();
    server.ready = ready.promise;
    const calling = call(process({ keys: `${OLD},${NEW}` }));
    await waitFor(() => server.requests.length === 1);
    expect(await process({ keys: both }).rotateKeys()).toBe(1);
    ready.resolve();
    await calling;
    expect(await (await process({ keys: both }).open('acme', 'c1', 'any')).secret()).toEqual({ password: 'access-2' });
    expect(server.requests).toHaveLength(1);
  });

  it('that was refused is asked for again after a minute, or when the credential has changed', async () => {
    await createExpired();
    const jobs = process();
    const credential = await jobs.open('acme', 'c1', 'any');
    const client = world.client({ credential });
    server.answers.push({ status: 401, body: { error: 'invalid_client' } });
    for (let n = 0; n < 2; n++)
      expect(await failure(client.request({ url: server.api }))).toMatchObject({ code: 'NO_ACCESS_TOKEN' });
    expect(server.requests).toHaveLength(1);
    await world.clock.advance(60_000);
    expect(await client.request({ url: server.api })).toMatchObject({ status: 200 });
    await world.clock.advance(3_600_000);
    server.answers.push({ status: 400, body: { error: 'invalid_grant' } });
    expect(await failure(client.request({ url: server.api }))).toMatchObject({ code: 'NO_ACCESS_TOKEN' });
    await process().replace('acme', 'c1', oauth(world.clock.now() + 3_600_000));
    expect(await client.request({ url: server.api })).toMatchObject({ status: 200 });
  });

  it('is temporary trouble when the server cannot decide now', async () => {
    await createExpired();
    server.answers.push({ status: 400, body: { error: 'temporarily_unavailable' } });
    expect(await failure(call(process()))).toMatchObject({ name: 'Retryable' });
    expect(await call(process())).toMatchObject({ status: 200 });
  });
});
