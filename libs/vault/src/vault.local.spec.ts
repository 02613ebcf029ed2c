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
    expect(await vault.replace('acme', record.id, { data })).toMatchObject({ kind: 'basic', name: 'pg' });
    expect(await vault.replace('bolt', record.id, { data })).toBeUndefined();
    expect(await (await vault.open('acme', record.id, 'postgres')).secret()).toEqual({ username: 'u', password: 'p' });
    expect(await vault.remove('bolt', record.id)).toBe(false);
    expect(await vault.remove('acme', record.id)).toBe(true);
    await expect(vault.open('acme', record.id, 'postgres')).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
  });

  it('creates one under an id', async () => {
    const vault = vaultWith(OLD!);
    const given = { name: 'gh', connector: 'github', data: token };
    const made = await Promise.all([1, 2, 3].map(() => vault.create('acme', given, 'same')));
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await vault.list('acme')).toHaveLength(1);
  });

  it('seals everything with a new key, and says when a key is missing', async () => {
    const { record } = await vaultWith(OLD!).create('acme', { name: 'gh', connector: 'github', data: token });
    await expect(vaultWith(NEW!).assertReadable()).rejects.toThrow(/sealed with key [0-9a-f]{8}, which is not among/);
    expect(await vaultWith(`${NEW},${OLD}`).rotateKeys()).toBe(1);
    expect(await vaultWith(`${NEW},${OLD}`).rotateKeys()).toBe(0);
    await vaultWith(NEW!).assertReadable();
    expect(await (await vaultWith(NEW!).open('acme', record.id, 'github')).secret()).toMatchObject({
      password: 'the-secret-token',
    });
  });
});
