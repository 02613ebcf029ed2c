import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isLabelled } from '@tidemark/foundation';
import { BlobCorrupt, BlobNotFound, BlobStoreUnavailable, type BlobId, type BlobStore } from '../port.js';
import { BlobTooLarge, readBlob, readJson } from '../read-blob.js';
import { Child } from './child.js';

/** Where a suite keeps its objects: reopened, it finds the objects stored before. */
export interface BlobStoreHome {
  /** A further connection to the same objects, as another process or a restarted one would have. */
  open(): BlobStore;
  /** For a separate process: the arguments of createBlobStore. */
  readonly url: string;
  readonly namespace?: string;
  /** Bytes of content that the store holds, visible or not. */
  storedBytes(): Promise<number>;
  /** Replaces an object's bytes, behind the store's back. */
  overwrite(id: BlobId, bytes: Uint8Array): Promise<void>;
  /** Makes the store unreachable, and reachable again. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
  /** Closes open stores and deletes the data. */
  remove(): Promise<void>;
}

const KB = 1024;
const MB = 1024 * KB;

/** The cases that every blob store must pass. `home` creates an empty store for one test. */
export function describeBlobStore(name: string, home: () => Promise<BlobStoreHome>): void {
  describe(`${name} as a blob store`, () => {
    let place: BlobStoreHome;
    let store: BlobStore;

    beforeEach(async () => {
      place = await home();
      store = place.open();
    });
    afterEach(() => place.remove());

    it('keeps one label, which is no object', async () => {
      const [one, two] = [store, place.open()];
      if (!isLabelled(one) || !isLabelled(two)) throw new Error('it has no label');
      expect(await one.label()).toBeUndefined();
      await one.setLabel({ installation: 'a' });
      await two.setLabel({ installation: 'b', n: [1] });
      expect(await one.label()).toEqual({ installation: 'b', n: [1] });
      await two.close();
    });

    it('names an object by the SHA-256 of its bytes', async () => {
      const id = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
      expect(await store.put('abc')).toEqual({ id, bytes: 3 });
      expect(await store.put(Buffer.from('abc'))).toEqual({ id, bytes: 3 });
      expect(await store.put(streamOf([Buffer.from('a'), new Uint8Array(0), Buffer.from('bc')]))).toEqual({
        id,
        bytes: 3,
      });
    });

    it.each([0, 1, 64 * KB, MB, MB + 1, 3 * MB + 17])(
      'returns an object of %i bytes, after a restart too',
      async (size) => {
        const bytes = pattern(size);
        for (const source of [bytes, streamOf(pieces(bytes, 100_000))]) {
          const { id, bytes: stored } = await store.put(source);
          expect(stored).toBe(size);
          expect((await readBlob(store, id)).equals(bytes)).toBe(true);
          expect((await readBlob(place.open(), id)).equals(bytes)).toBe(true);
        }
      },
    );

    it('stores a stream that uses the memory of its chunks again', async () => {
      const bytes = pattern(3 * MB + 17);
      const { id } = await store.put(reusing(pieces(bytes, 200_000)));
      expect((await readBlob(store, id)).equals(bytes)).toBe(true);
    });

    it('streams an object in pieces', async () => {
      const { id } = await store.put(pattern(5 * MB));
      const sizes: number[] = [];
      for await (const chunk of store.get(id)) sizes.push(chunk.byteLength);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(MB);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(5 * MB);
    });

    it.each([64 * KB, 4 * MB])('stores an object of %i bytes once, regardless of how often it is put', async (size) => {
      const bytes = pattern(size);
      const { id } = await store.put(bytes);
      const before = await place.storedBytes();
      const sources = [bytes, streamOf(pieces(bytes, 50_000)), bytes, streamOf(pieces(bytes, 70_000))];
      const ids = await Promise.all(sources.map(async (source) => (await store.put(source)).id));
      expect(ids).toEqual([id, id, id, id]);
      expect(await place.storedBytes()).toBe(before);
      expect((await readBlob(store, id)).equals(bytes)).toBe(true);
    });

    it('accepts the same new object from several callers at once', async () => {
      const bytes = pattern(2 * MB);
      const stores = [store, place.open(), store];
      const ids = await Promise.all(stores.map(async (one) => (await one.put(streamOf(pieces(bytes, 60_000)))).id));
      expect(new Set(ids).size).toBe(1);
      expect((await readBlob(store, ids[0]!)).equals(bytes)).toBe(true);
      expect(await place.storedBytes()).toBe(bytes.byteLength);
    });

    it('knows which objects it has', async () => {
      const { id } = await store.put('here');
      expect([await store.has(id), await store.has(idOf(Buffer.from('not here')))]).toEqual([true, false]);
    });

    it('reports which object is missing', async () => {
      const id = idOf(Buffer.from('never put'));
      await expect(readBlob(store, id)).rejects.toThrow(BlobNotFound);
      await expect(readBlob(store, id)).rejects.toThrow(`${id} is not in the blob store`);
    });

    it.each(['', 'abc', 'sha256:', 'sha256:../../etc/passwd', `sha256:${'A'.repeat(64)}`, `md5:${'a'.repeat(64)}`])(
      'refuses the id %j',
      async (id) => {
        await expect(readBlob(store, id as BlobId)).rejects.toThrow(/blob id: expected sha256:/);
        await expect(store.has(id as BlobId)).rejects.toThrow(TypeError);
      },
    );

    const damages: [what: string, damage: (bytes: Buffer) => Buffer][] = [
      ['one other bit', (bytes) => (bytes.writeUInt8(bytes.readUInt8(700_000) ^ 1, 700_000), bytes)],
      ['its end missing', (bytes) => bytes.subarray(0, -1)],
      ['all of it missing', () => Buffer.alloc(0)],
      ['more at its end', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ];
    it.each(damages)('throws BlobCorrupt at the end when an object has %s', async (_, damage) => {
      const { id } = await store.put(pattern(MB));
      await place.overwrite(id, damage(pattern(MB)));
      await expect(readBlob(store, id)).rejects.toThrow(BlobCorrupt);
      await expect(readBlob(store, id)).rejects.toThrow(`${id} is damaged`);
      await store.put(pattern(MB));
      expect((await readBlob(store, id)).equals(pattern(MB))).toBe(true);
    });

    it('throws the error of the source, and keeps nothing of it', async () => {
      const failure = new Error('the download broke off');
      for (const size of [10 * KB, 6 * MB]) {
        const broken = async function* (): AsyncGenerator<Uint8Array> {
          yield* pieces(pattern(size), 64 * KB);
          throw failure;
        };
        await expect(store.put(broken())).rejects.toBe(failure);
        expect(await store.has(idOf(pattern(size)))).toBe(false);
      }
      expect(await place.storedBytes()).toBe(0);
    });

    it('shows nothing of an object whose put has not ended, as after a crash, and stores it whole later', async () => {
      const bytes = pattern(4 * MB);
      const reached = Promise.withResolvers<void>();
      const never = Promise.withResolvers<void>();
      const stuck = async function* (): AsyncGenerator<Uint8Array> {
        yield* pieces(bytes, 64 * KB);
        reached.resolve();
        await never.promise;
      };
      const putting = store.put(stuck());
      await reached.promise;
      const other = place.open();
      expect(await other.has(idOf(bytes))).toBe(false);
      await expect(readBlob(other, idOf(bytes))).rejects.toThrow(BlobNotFound);
      const { id } = await other.put(streamOf(pieces(bytes, 64 * KB)));
      expect((await readBlob(other, id)).equals(bytes)).toBe(true);
      never.resolve();
      expect((await putting).id).toBe(id);
      expect((await readBlob(other, id)).equals(bytes)).toBe(true);
    });

    it('shows nothing of an object after a kill in the middle of its put, and stores it whole later', async () => {
      const bytes = pattern(8 * MB);
      const child = new Child(
        place.url,
        place.namespace,
        `
        const chunk = Buffer.alloc(64 * 1024, 'half');
        await store.put((async function* () {
          for (let number = 0; ; number += 1) {
            yield chunk;
            if (number === 64) say('half');
          }
        })());`,
      );
      await child.said('half');
      await child.kill();
      for (const chunks of [16, 64, 65, 66, 80]) {
        expect(await store.has(idOf(Buffer.alloc(chunks * 64 * KB, 'half')))).toBe(false);
      }
      const { id } = await store.put(streamOf(pieces(bytes, 64 * KB)));
      expect((await readBlob(store, id)).equals(bytes)).toBe(true);
    });

    it('moves 100 MB in and out, and never holds 32 MB of it', async () => {
      const child = new Child(
        place.url,
        place.namespace,
        `
        const before = process.memoryUsage.rss();
        let most = 0;
        let moved = 0;
        // Unreferenced memory is collected first: the store does not control when that happens.
        const look = (part) => {
          if ((moved += part.byteLength) % ${4 * MB} >= part.byteLength) return;
          gc();
          most = Math.max(most, process.memoryUsage.rss() - before);
        };
        const chunk = Buffer.alloc(64 * 1024, 'tidemark');
        const { id, bytes } = await store.put((async function* () {
          for (let number = 0; number < 1600; number += 1) {
            look(chunk);
            yield chunk;
          }
        })());
        let read = 0;
        for await (const part of store.get(id)) {
          read += part.byteLength;
          look(part);
          await new Promise(setImmediate); // a reader slower than the store
        }
        say(JSON.stringify({ id, bytes, read, most }));`,
      );
      const { id, bytes, read, most } = await child.result<{ id: string; bytes: number; read: number; most: number }>();
      expect([id, bytes, read]).toEqual([idOf(Buffer.alloc(100 * MB, 'tidemark')), 100 * MB, 100 * MB]);
      expect(most / MB).toBeLessThan(32);
    });

    it('lets a reader stop in the middle', async () => {
      const { id } = await store.put(pattern(5 * MB));
      for await (const chunk of store.get(id)) {
        expect(chunk.byteLength).toBeGreaterThan(0);
        break;
      }
      expect((await readBlob(store, id)).byteLength).toBe(5 * MB);
    });

    it('reads whole objects and JSON up to a limit', async () => {
      const { id } = await store.put(JSON.stringify({ $ref: '#/a', list: [1, 'ü'] }));
      expect(await readJson(store, id)).toEqual({ $ref: '#/a', list: [1, 'ü'] });
      await expect(readBlob(store, id, 10)).rejects.toThrow(BlobTooLarge);
      await expect(readBlob(store, id, 10)).rejects.toThrow(`${id} is larger than 10 bytes`);
      await expect(readJson(store, (await store.put('{')).id)).rejects.toThrow(SyntaxError);
    });

    it('throws BlobStoreUnavailable while it cannot be reached, and recovers by itself', async () => {
      const { id } = await store.put('before');
      await store.ping();
      await place.disconnect();
      await expect(store.ping()).rejects.toThrow(BlobStoreUnavailable);
      await expect(store.put('during')).rejects.toThrow(BlobStoreUnavailable);
      await expect(store.has(id)).rejects.toThrow(BlobStoreUnavailable);
      await expect(readBlob(store, id)).rejects.toThrow(BlobStoreUnavailable);
      await place.reconnect();
      await expect(store.ping()).resolves.toBeUndefined();
      expect((await readBlob(store, id)).toString()).toBe('before');
      expect((await store.put('during')).bytes).toBe(6);
    });
  });
}

function idOf(bytes: Uint8Array): BlobId {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The same bytes each time, different at each offset. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0, value = 1; at < size; at += 1) {
    value = (value * 1_103_515_245 + 12_345) & 0x7fffffff;
    bytes[at] = value >> 16;
  }
  return bytes;
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function* reusing(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(MB);
  for (const chunk of chunks) {
    memory.set(chunk);
    yield memory.subarray(0, chunk.byteLength);
    memory.fill(0);
  }
}

async function* streamOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
