import { temporaryFolder } from '@tidemark/test-kit';
import { describe, expect, it } from '@jest/globals';
import { createBlobStore } from './create-blob-store.js';
import { FileBlobStore } from './file/file-blob-store.js';
import { NatsBlobStore } from './nats/nats-blob-store.js';

describe('createBlobStore', () => {
  it('opens a folder, and creates its parents', async () => {
    await using folder = await temporaryFolder();
    for (const url of [`file:${folder.join('a', 'b')}`, `file://${folder.join('c')}`]) {
      const store = await createBlobStore(url);
      expect(store).toBeInstanceOf(FileBlobStore);
      await store.ping();
      await store.close();
    }
  });

  it('names NATS without connecting to it', async () => {
    const store = await createBlobStore('nats://u:p@127.0.0.1:1,nats://127.0.0.1:2');
    expect(store).toBeInstanceOf(NatsBlobStore);
    await store.close();
  });

  it.each([
    ['', /got no scheme/],
    ['./data/blobs', /got no scheme/],
    ['s3://u:secret@h/db', /got s3:/],
    ['file:', /needs the path of a folder/],
    ['nats:', /expected nats:\/\/host:port/],
    ['nats://u:secret@h:port', /expected nats:\/\/host:port/],
  ])('refuses %j in one line without a secret', async (url, message) => {
    const error: Error = await createBlobStore(url).then(
      () => new Error('nothing'),
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(message);
    expect(JSON.stringify([error.message, error.cause, error.stack])).not.toContain('secret');
  });

  it.each(['', '../up', 'a/b', 'a b'])('refuses the namespace %j', async (namespace) => {
    await expect(createBlobStore('file:x', { namespace })).rejects.toThrow('letters, digits, - and _ only');
  });
});
