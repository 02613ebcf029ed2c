import { mkdir, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@tidemark/test-kit';
import { describe, expect, it } from '@jest/globals';
import { hexOf } from '../blob-id.js';
import type { BlobId } from '../port.js';
import { describeBlobStore } from '../testing/index.js';
import { FileBlobStore } from './file-blob-store.js';

const pathOf = (root: string, id: BlobId): string => join(root, hexOf(id).slice(0, 2), hexOf(id));

describeBlobStore('FileBlobStore', async () => {
  const folder = await temporaryFolder();
  const root = folder.join('data', 'blobs');
  return {
    url: `file:${root}`,
    open: () => new FileBlobStore(root),
    async storedBytes() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
      const files = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)));
      return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
    },
    overwrite: (id, bytes) => writeFile(pathOf(root, id), bytes),
    async disconnect() {
      await rename(root, folder.join('away'));
      await writeFile(root, 'a file where the folder was');
    },
    async reconnect() {
      await rename(root, folder.join('file'));
      await rename(folder.join('away'), root);
    },
    remove: () => folder.remove(),
  };
});

describe('FileBlobStore', () => {
  it('deletes the unfinished files of a dead process, and keeps those that may still be written', async () => {
    await using folder = await temporaryFolder();
    const temporary = folder.join('tmp');
    await mkdir(temporary);
    await writeFile(join(temporary, 'old'), 'half');
    await writeFile(join(temporary, 'new'), 'half');
    const hoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    await utimes(join(temporary, 'old'), hoursAgo, hoursAgo);
    await new FileBlobStore(folder.path).put('x');
    expect(await readdir(temporary)).toEqual(['new']);
  });

  it('replaces a truncated object with the next put of it', async () => {
    await using folder = await temporaryFolder();
    const store = new FileBlobStore(folder.path);
    const { id } = await store.put('whole');
    await writeFile(pathOf(folder.path, id), 'who');
    await store.put('whole');
    expect((await stat(pathOf(folder.path, id))).size).toBe(5);
  });

  it('separates namespaces', async () => {
    await using folder = await temporaryFolder();
    const { id } = await new FileBlobStore(folder.path, { namespace: 'a' }).put('x');
    expect(await new FileBlobStore(folder.path, { namespace: 'b' }).has(id)).toBe(false);
    expect(await new FileBlobStore(folder.path, { namespace: 'a' }).has(id)).toBe(true);
  });
});
