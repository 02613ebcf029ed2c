import { randomNamespace, startTcpProxy } from '@tidemark/test-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import type { BlobStore } from '../port.js';
import { readBlob } from '../read-blob.js';
import { describeBlobStore } from '../testing/index.js';
import { NatsBlobStore } from './nats-blob-store.js';
import { chunkSubject, infoSubject, streamOf, type ObjectInfo } from './object-format.js';

const url = process.env.NATS_URL ?? '';

(url ? describe : describe.skip)('with NATS_URL', () => {
  let nc: NatsConnection;
  let jsm: JetStreamManager;

  beforeAll(async () => {
    nc = await connect({ servers: url });
    jsm = await nc.jetstreamManager();
  });
  afterAll(() => nc.close());

  const chunkBytes = async (bucket: string): Promise<number> => {
    let bytes = 0;
    for (let seq = 1; ;) {
      const query = { seq, next_by_subj: chunkSubject(bucket, '*') };
      const found = await jsm.streams
        .getMessage(streamOf(bucket), query)
        .catch((error: { code: string }) => (error.code === '404' ? null : Promise.reject(error)));
      if (!found) return bytes;
      bytes += found.data.byteLength;
      seq = found.seq + 1;
    }
  };
  const infoOf = async (bucket: string, id: string): Promise<ObjectInfo> =>
    (
      await jsm.streams.getMessage(streamOf(bucket), { last_by_subj: infoSubject(bucket, id as `sha256:${string}`) })
    ).json();

  describeBlobStore('NatsBlobStore', async () => {
    const bucket = randomNamespace('blobs');
    const proxy = await startTcpProxy(url);
    const opened: BlobStore[] = [];
    return {
      url,
      namespace: bucket,
      open() {
        const store = new NatsBlobStore(proxy.url(url), { namespace: bucket });
        opened.push(store);
        return store;
      },
      storedBytes: () => chunkBytes(bucket),
      async overwrite(id, bytes) {
        const subject = chunkSubject(bucket, (await infoOf(bucket, id)).nuid);
        await jsm.streams.purge(streamOf(bucket), { filter: subject });
        for (let at = 0; at < bytes.byteLength; at += 700_000) {
          await nc.jetstream().publish(subject, bytes.subarray(at, at + 700_000));
        }
      },
      disconnect: async () => proxy.cut(),
      reconnect: async () => proxy.pass(),
      async remove() {
        for (const store of opened) await store.close();
        await proxy.close();
        await jsm.streams.delete(streamOf(bucket)).catch(() => {});
      },
    };
  });

  describe('NatsBlobStore', () => {
    const bucket = randomNamespace('blobs');
    const store = new NatsBlobStore(url, { namespace: bucket });
    afterAll(async () => {
      await store.close();
      await jsm.streams.delete(streamOf(bucket)).catch(() => {});
    });

    it('is read by other clients of the object store', async () => {
      const bytes = Buffer.alloc(700_000, 'tidemark');
      const { id } = await store.put(bytes);
      const objects = await nc.jetstream().views.os(bucket);
      expect(Buffer.from((await objects.getBlob(id))!).equals(bytes)).toBe(true);
      expect((await objects.list()).map(({ name, size, chunks }) => ({ name, size, chunks }))).toEqual([
        { name: id, size: 700_000, chunks: 12 },
      ]);
    });

    it('reads objects that other clients have put under the right name', async () => {
      const id = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
      await (await nc.jetstream().views.os(bucket)).putBlob({ name: id }, Buffer.from('abc'));
      expect((await readBlob(store, id)).toString()).toBe('abc');
    });

    it('stores an object again that an operator deleted', async () => {
      const { id } = await store.put('deleted by hand');
      await (await nc.jetstream().views.os(bucket)).delete(id);
      expect(await store.has(id)).toBe(false);
      await store.put('deleted by hand');
      expect((await readBlob(store, id)).toString()).toBe('deleted by hand');
    });

    it('creates its bucket again when the server has lost it', async () => {
      await store.put('lost');
      await jsm.streams.delete(streamOf(bucket));
      await expect(store.put('new')).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE' });
      expect((await store.put('new')).bytes).toBe(3);
    });

    it('creates its bucket again also when the first to notice is a stream of unknown length', async () => {
      await store.put('lost');
      await jsm.streams.delete(streamOf(bucket));
      const streamed = async function* () {
        yield Buffer.from('streamed');
      };
      await expect(store.put(streamed())).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE' });
      expect((await store.put(streamed())).bytes).toBe(8);
    });

    it('creates its bucket with the given settings, and leaves an existing one as it is', async () => {
      const namespace = randomNamespace('blobs');
      const created = new NatsBlobStore(url, { namespace, storage: 'memory' });
      await created.put('one');
      const { config } = await jsm.streams.info(streamOf(namespace));
      expect(config).toMatchObject({ storage: 'memory', num_replicas: 1 });
      await jsm.streams.update(streamOf(namespace), { ...config, max_bytes: 10_000, description: 'ours' });
      const later = new NatsBlobStore(url, { namespace, storage: 'file', replicas: 3 });
      await expect(later.put('x'.repeat(20_000))).rejects.toThrow(/NATS refuses: .*maximum bytes.* \(bucket /);
      expect((await jsm.streams.info(streamOf(namespace))).config).toMatchObject({
        ...{ storage: 'memory', num_replicas: 1, max_bytes: 10_000, description: 'ours' },
      });
      await Promise.all([created.close(), later.close()]);
      await jsm.streams.delete(streamOf(namespace));
    });

    it('ends a call that hangs, and continues when the server responds again', async () => {
      const proxy = await startTcpProxy(url);
      const proxied = new NatsBlobStore(proxy.url(url), { namespace: bucket });
      const { id } = await proxied.put('before');
      proxy.hang();
      await expect(proxied.has(id)).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE' });
      proxy.pass();
      expect(await proxied.has(id)).toBe(true);
      await proxied.close();
      await proxy.close();
    });

    it('shows a whole object or none when the connection breaks at any message of a put', async () => {
      const bytes = Buffer.alloc(1_500_000, 'x');
      const proxy = await startTcpProxy(url);
      for (const direction of ['to_server', 'to_client'] as const) {
        const proxied = new NatsBlobStore(proxy.url(url), { namespace: bucket });
        await proxied.ping();
        const source = async function* (): AsyncGenerator<Uint8Array> {
          for (let at = 0; at < bytes.byteLength; at += 50_000) {
            if (at === 1_400_000) void proxy.cutOnNext(direction);
            yield bytes.subarray(at, at + 50_000);
          }
        };
        await expect(proxied.put(source())).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE' });
        const { id } = await proxied.put(bytes);
        expect((await readBlob(store, id)).equals(bytes)).toBe(true);
        await (await nc.jetstream().views.os(bucket)).delete(id);
        await proxied.close();
      }
      await proxy.close();
    });
  });
});
