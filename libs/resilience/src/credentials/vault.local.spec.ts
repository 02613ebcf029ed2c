import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, waitFor } from '@tidemark/test-kit';
import {
  type CredentialData,
  CredentialVault,
  EnvelopeError,
  FileSecretStore,
  MemorySecretStore,
  parseMasterKeys,
  type SecretStore,
} from '../index.js';
import { failure, HttpWorld } from '../testing/http-world.js';
import { TokenServer } from '../testing/token-server.js';

const keys = parseMasterKeys(randomBytes(32).toString('hex'));
const stores: Record<string, () => Promise<{ store: SecretStore; remove(): Promise<void> }>> = {
  memory: async () => ({ store: new MemorySecretStore(), remove: async () => {} }),
  file: async () => {
    const folder = await temporaryFolder();
    return { store: new FileSecretStore(join(folder.path, 'secrets')), remove: () => folder.remove() };
  },
};

describe.each(Object.keys(stores))('a store of secrets in %s', (kind) => {
  let store: SecretStore;
  let remove: () => Promise<void>;
  beforeEach(async () => ({ store, remove } = await stores[kind]!()));
  afterEach(() => remove());
  const read = async (id: string) => {
    const found = await store.get(id);
    return found && { version: found.version, text: Buffer.from(found.value).toString() };
  };

  it('returns the last value put', async () => {
    expect(await read('a/b')).toBeUndefined();
    await store.put('a/b', Buffer.from('one'));
    const version = await store.put('a/b', Buffer.from('two'));
    expect(await read('a/b')).toEqual({ version, text: 'two' });
    expect(await read('a')).toBeUndefined();
  });

  it('puts conditionally only after the latest version', async () => {
    const first = await store.compareAndPut('a', 0, Buffer.from('one'));
    expect(await store.compareAndPut('a', 0, Buffer.from('other'))).toBeNull();
    const second = await store.compareAndPut('a', first!, Buffer.from('two'));
    expect(await store.compareAndPut('a', first!, Buffer.from('other'))).toBeNull();
    expect(await read('a')).toEqual({ version: second, text: 'two' });
  });

  it('lets one of many writers win', async () => {
    const version = await store.put('a', Buffer.from('start'));
    const tries = Array.from({ length: 20 }, (_, n) => store.compareAndPut('a', version, Buffer.from(`${n}`)));
    const outcomes = await Promise.all(tries);
    const winner = outcomes.findIndex((outcome) => outcome !== null);
    expect(outcomes.filter((outcome) => outcome !== null)).toHaveLength(1);
    expect(await read('a')).toEqual({ version: outcomes[winner], text: `${winner}` });
  });

  it('forgets removed values, and never reuses a version', async () => {
    const version = await store.put('a', Buffer.from('one'));
    await store.remove('a');
    await store.remove('a');
    expect(await read('a')).toBeUndefined();
    expect(await store.compareAndPut('a', version, Buffer.from('late'))).toBeNull();
    expect(await store.compareAndPut('a', 0, Buffer.from('two'))).toBeGreaterThan(version);
  });
});

describe('the files of a store', () => {
  it('are readable by the owner alone, and survive leftovers of a killed process', async () => {
    await using folder = await temporaryFolder();
    const store = new FileSecretStore(folder.path);
    await store.put('acme', Buffer.from('one'));
    const version = await store.put('acme', Buffer.from('two'));
    const [name] = await readdir(folder.path);
    const inside = join(folder.path, name!);
    expect((await stat(join(inside, String(version)))).mode & 0o777).toBe(0o600);
    expect((await stat(inside)).mode & 0o777).toBe(0o700);
    await writeFile(join(inside, 'half.tmp'), 'hal');
    expect(Buffer.from((await new FileSecretStore(folder.path).get('acme'))!.value).toString()).toBe('two');
  });

  it('contain only the latest value, and keep names of earlier ones for some time', async () => {
    await using folder = await temporaryFolder();
    const store = new FileSecretStore(folder.path);
    for (const text of ['one', 'two', 'three']) await store.put('acme', Buffer.from(text));
    const [name] = await readdir(folder.path);
    const inside = join(folder.path, name!);
    const sizes = async () =>
      Promise.all((await readdir(inside)).sort().map(async (file) => (await stat(join(inside, file))).size));
    expect(await sizes()).toEqual([0, 0, 5]);
    const longAgo = new Date(Date.now() - 3_600_001);
    await utimes(join(inside, '1'), longAgo, longAgo);
    await store.put('acme', Buffer.from('four'));
    expect(await sizes()).toEqual([0, 0, 4]);
  });
});

describe('a vault', () => {
  let world: HttpWorld;
  let server: TokenServer;
  let store: MemorySecretStore;
  beforeEach(async () => {
    world = new HttpWorld();
    server = await new TokenServer().start(world.servers);
    store = new MemorySecretStore();
  });
  afterEach(() => world.close());

  /** As in another process: only the store is shared. */
  const vault = (masterKeys = keys, clock = world.clock) =>
    new CredentialVault({ store, keys: masterKeys, http: world.client(), clock });
  const call = async (of: CredentialVault) =>
    world.client({ credential: await of.open('acme', 'c1') }).request({ url: server.api });
  const oauth = (expiresAt: number): CredentialData => {
    server.issued = 1;
    const tokens = { accessToken: 'access-1', refreshToken: 'refresh-1', obtainedAt: expiresAt - 3_600_000, expiresAt };
    return { kind: 'oauth2-authorization-code', client: server.client, tokens };
  };

  it('returns the stored credential, to the same tenant only', async () => {
    await vault().put('acme', 'c1', { kind: 'basic', username: 'me', password: 'hunter2' });
    expect(await (await vault().open('acme', 'c1')).secret()).toEqual({ username: 'me', password: 'hunter2' });
    expect(await failure(vault().open('other', 'c1'))).toMatchObject({ name: 'Terminal', code: 'CREDENTIAL_MISSING' });
    const stolen = await store.get('["acme","c1"]');
    await store.put('["other","c1"]', stolen!.value);
    await expect(vault().open('other', 'c1')).rejects.toThrow(
      'credential c1: it was changed, or belongs to another tenant or credential',
    );
  });

  it('reports which key is missing', async () => {
    await vault().put('acme', 'c1', { kind: 'bearer', token: 'hunter2' });
    const others = parseMasterKeys(randomBytes(32).toString('hex'));
    await expect(vault(others).open('acme', 'c1')).rejects.toThrow(EnvelopeError);
    await expect(vault(others).open('acme', 'c1')).rejects.toThrow(`key ${keys.current}`);
  });

  it('reseals with the current key, after which the old one can be removed', async () => {
    await vault().put('acme', 'c1', { kind: 'bearer', token: 'hunter2' });
    const next = randomBytes(32).toString('hex');
    const [current] = Object.values(keys.keys);
    const both = parseMasterKeys(`${next},${Buffer.from(current!).toString('hex')}`);
    expect(await vault(both).rotate('acme', 'c1')).toBe(true);
    expect(await vault(both).rotate('acme', 'c1')).toBe(false);
    expect(await vault(both).rotate('acme', 'none')).toBe(false);
    expect(await (await vault(parseMasterKeys(next)).open('acme', 'c1')).secret()).toEqual({ password: 'hunter2' });
  });

  it('renews a token once for a hundred callers in several processes', async () => {
    await vault().put('acme', 'c1', oauth(world.clock.now()));
    const vaults = Array.from({ length: 5 }, () => vault());
    const calls = Array.from({ length: 100 }, (_, n) => call(vaults[n % 5]!));
    // Callers that wait for another process check again as the clock advances.
    const done = Promise.all(calls).then((answers) => answers.map(({ status }) => status));
    let over = false;
    void done.finally(() => (over = true)).catch(() => {});
    await waitFor(async () => {
      await world.clock.advance(50);
      return over;
    });
    expect(await done).toEqual(Array(100).fill(200));
    expect(server.requests).toHaveLength(1);
  });

  it('stores new tokens although the store fails temporarily', async () => {
    await vault().put('acme', 'c1', oauth(world.clock.now()));
    let failures = 2;
    const flaky: SecretStore = {
      get: (id) => store.get(id),
      put: (id, value) => store.put(id, value),
      remove: (id) => store.remove(id),
      compareAndPut: async (id, version, value) => {
        if (server.issued === 2 && failures-- > 0) throw new Error('disk full');
        return store.compareAndPut(id, version, value);
      },
    };
    const { clock } = world;
    const calling = call(new CredentialVault({ store: flaky, keys, http: world.client(), clock }));
    await waitFor(async () => {
      await clock.advance(100);
      return failures < 0;
    });
    expect(await calling).toMatchObject({ status: 200 });
    expect(await (await vault().open('acme', 'c1')).secret()).toEqual({ password: 'access-2' });
    expect(server.requests).toHaveLength(1);
  });

  it('stores the new refresh token before the new tokens are used', async () => {
    await vault().put('acme', 'c1', oauth(world.clock.now()));
    await call(vault());
    await world.clock.advance(3_600_000);
    await call(vault());
    expect(server.requests.map(({ form }) => form.refresh_token)).toEqual(['refresh-1', 'refresh-2']);
  });

  it('lets another process renew when the renewing one was killed', async () => {
    await vault().put('acme', 'c1', oauth(world.clock.now()));
    const hanging = Promise.withResolvers<void>();
    server.ready = hanging.promise;
    const killed = call(vault()).catch(() => 'killed');
    await waitFor(() => server.requests.length === 1);
    server.ready = Promise.resolve();
    const other = call(vault());
    await world.clock.advance(44_000);
    expect(server.requests).toHaveLength(1);
    await world.clock.advance(1200);
    expect(await other).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(2);
    hanging.resolve();
    await killed;
  });

  it('is resealed during a renewal without losing its result', async () => {
    await vault().put('acme', 'c1', oauth(world.clock.now()));
    const next = randomBytes(32).toString('hex');
    const [current] = Object.values(keys.keys);
    const both = parseMasterKeys(`${next},${Buffer.from(current!).toString('hex')}`);
    const ready = Promise.withResolvers<void>();
    server.ready = ready.promise;
    const calling = call(vault(both));
    await waitFor(() => server.requests.length === 1);
    await vault(both).rotate('acme', 'c1');
    ready.resolve();
    await calling;
    expect(await (await vault(both).open('acme', 'c1')).secret()).toEqual({ password: 'access-2' });
    expect(server.requests).toHaveLength(1);
  });

  it('gives running jobs the credential that the user has authorised again', async () => {
    const jobs = vault();
    await jobs.put('acme', 'c1', oauth(world.clock.now()));
    server.answers.push({ status: 400, body: { error: 'invalid_grant' } });
    const credential = await jobs.open('acme', 'c1');
    const client = world.client({ credential });
    expect(await failure(client.request({ url: server.api }))).toMatchObject({ name: 'AuthExpired' });
    await vault().put('acme', 'c1', oauth(world.clock.now() + 3_600_000));
    expect(await client.request({ url: server.api })).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(1);
  });

  it('forgets removed credentials', async () => {
    const jobs = vault();
    await jobs.put('acme', 'c1', oauth(world.clock.now() + 3_600_000));
    const credential = await jobs.open('acme', 'c1');
    await credential.secret();
    await jobs.remove('acme', 'c1');
    expect(await failure(credential.secret())).toMatchObject({ code: 'CREDENTIAL_MISSING' });
    expect(await failure(jobs.open('acme', 'c1'))).toMatchObject({ code: 'CREDENTIAL_MISSING' });
  });

  it('writes nothing readable into its files', async () => {
    await using folder = await temporaryFolder();
    const files = new CredentialVault({ store: new FileSecretStore(folder.path), keys, http: world.client() });
    await files.put('acme', 'c1', { kind: 'basic', username: 'someone', password: 'hunter2' });
    const names = await readdir(folder.path, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      names.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    expect(texts).toHaveLength(1);
    expect(texts.join()).not.toMatch(/hunter2|someone|acme/);
  });
});
