import { stat, writeFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@tidemark/test-kit';
import { createVaultStore } from '../create-vault-store.js';
import { describeVaultStore } from '../testing/index.js';

describeVaultStore('secrets in SQLite', async () => {
  const folder = await temporaryFolder();
  return { open: () => createVaultStore(`sqlite:${folder.join('vault.db')}`), remove: () => folder.remove() };
});

it('is readable for its owner alone, and refuses a file that is none', async () => {
  const folder = await temporaryFolder();
  const store = await createVaultStore(`sqlite:${folder.join('vault.db')}`);
  await store.compareAndPut('a', 0, Uint8Array.of(1));
  for (const name of ['vault.db', 'vault.db-wal']) expect((await stat(folder.join(name))).mode & 0o777).toBe(0o600);
  await store.close();
  await writeFile(folder.join('other.db'), 'rubbish '.repeat(1000));
  await expect(createVaultStore(`sqlite:${folder.join('other.db')}`)).rejects.toMatchObject({
    code: 'VAULT_UNAVAILABLE',
  });
  await folder.remove();
});
