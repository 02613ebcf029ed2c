import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpClient, parseMasterKeys, type CredentialData } from '@tidemark/resilience';
import { createVaultStore, Vault, type VaultStore } from './index.js';

const [OLD, NEW] = ['a', 'b'].map((digit) => digit.repeat(64));
const token: CredentialData = { kind: 'bearer', token: 'the-secret-token' };
const http = createHttpClient({ side: 'source' });

let store: VaultStore;
const vaultWith = (keys: string) => new Vault({ store, keys: parseMasterKeys(keys), http });
beforeEach(async () => void (store = await createVaultStore('sqlite::memory:')));
afterEach(() => store.close());

describe('the vault', () => {
  it('shows records without secrets, and opens them for their connector and tenant alone', async () => {
    const vault = vaultWith(OLD!);
    const { record } = await vault.create('acme', { name: 'gh', connector: 'github', data: token });
    expect(JSON.stringify([record, await vault.list('acme')])).not.toContain('the-secret');
    expect(await vault.list('bolt')).toEqual([]);
    expect(await (await vault.open('acme', record.id, 'github')).secret()).toMatchObject({
      password: 'the-secret-token',
    });
    await expect(vault.open('bolt', record.id, 'github')).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
    await expect(vault.open('acme', record.id, 'notion')).rejects.toMatchObject({ code: 'CREDENTIAL_INVALID' });
    for (const id of await store.ids(''))
      expect(Buffer.from((await store.get(id))!.value).toString('latin1')).not.toContain('the-secret');
  });

  it('replaces and removes', async () => {
    const vault = vaultWith(OLD!);
    const { record } = await vault.create('acme', { name: 'pg', connector: 'postgres', data: token });
    const data: CredentialData = { kind: 'basic', username: 'u', password: 'p' };
    expect(await vault.replace('acme', record.id, data)).toMatchObject({ kind: 'basic', name: 'pg' });
    expect(await vault.replace('bolt', record.id, data)).toBeUndefined();
    expect(await (await vault.open('acme', record.id, 'postgres')).secret()).toEqual({ username: 'u', password: 'p' });
    expect(await vault.remove('bolt', record.id)).toBe(false);
    expect(await vault.remove('acme', record.id)).toBe(true);
    await expect(vault.open('acme', record.id, 'postgres')).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
  });

  it('creates one under an id, with the secrets of one caller', async () => {
    const all = Array.from({ length: 8 }, (_, n) => ({ password: `secret ${n}`, username: `${n}` }));
    const create = ({ username, password }: (typeof all)[number]) =>
      vaultWith(OLD!).create(
        'acme',
        { name: username, connector: 'postgres', data: { kind: 'basic', username, password } },
        'same',
      );
    const made = await Promise.all(all.map(create));
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    const { name } = made.find(({ isNew }) => isNew)!.record;
    expect(new Set(made.map(({ record }) => record.name))).toEqual(new Set([name]));
    expect(await (await vaultWith(OLD!).open('acme', 'same', 'postgres')).secret()).toEqual(all[Number(name)]);
  });

  it('opens nothing that was moved or whose record was changed', async () => {
    const vault = vaultWith(OLD!);
    const { record } = await vault.create('acme', { name: 'gh', connector: 'github', data: token });
    const own = JSON.stringify(['credential', 'acme', record.id]);
    const { value, version } = (await store.get(own))!;
    await store.compareAndPut(JSON.stringify(['credential', 'bolt', record.id]), 0, value);
    await expect(vault.open('bolt', record.id, 'github')).rejects.toThrow(/belongs to another tenant/);
    const changed = Buffer.from(Buffer.from(value).toString('latin1').replace('"github"', '"http-j"'), 'latin1');
    await store.compareAndPut(own, version, changed);
    await expect(vault.open('acme', record.id, 'http-j')).rejects.toThrow(`credential ${record.id}: it was changed`);
    // What is damaged is still listed, and can be removed.
    expect(await vault.list('acme')).toHaveLength(1);
    expect(await vault.remove('acme', record.id)).toBe(true);
  });

  it('keeps on replacement what belongs to the same client, and to no other', async () => {
    const vault = vaultWith(OLD!);
    const client = { clientId: 'us', tokenUrl: 'https://one.test/token' };
    const tokens = { accessToken: 'access-1', obtainedAt: 0 };
    const data = { kind: 'oauth2-authorization-code', client, tokens, webhookSecrets: ['signs'] } as const;
    const { record } = await vault.create('acme', { name: 'x', connector: 'any', data });
    const secret = async () => (await vault.open('acme', record.id, 'any')).secret();
    await vault.replace('acme', record.id, { ...data, client: { ...client, clientSecret: 'new' }, tokens: undefined! });
    expect(await secret()).toEqual({ password: 'access-1' });
    await vault.replace('acme', record.id, {
      kind: data.kind,
      client: { ...client, tokenUrl: 'https://two.test/token' },
    });
    await expect(secret()).rejects.toMatchObject({ code: 'NO_ACCESS_TOKEN' });
    expect(await vault.webhookSecrets('acme', record.id)).toEqual(['signs']);
  });

  it('seals everything with a new key, and says when a key is missing', async () => {
    const { record } = await vaultWith(OLD!).create('acme', { name: 'gh', connector: 'github', data: token });
    await expect(vaultWith(NEW!).assertReadable()).rejects.toThrow(
      /^1 stored credentials need key [0-9a-f]{8}, which is not among/,
    );
    expect(await vaultWith(`${NEW},${OLD}`).rotateKeys()).toBe(1);
    expect(await vaultWith(`${NEW},${OLD}`).rotateKeys()).toBe(0);
    await vaultWith(NEW!).assertReadable();
    expect(await (await vaultWith(NEW!).open('acme', record.id, 'github')).secret()).toMatchObject({
      password: 'the-secret-token',
    });
  });
});
