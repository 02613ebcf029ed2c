import { beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryStore, outcomeOf } from '../compare.fixtures.js';
import type { CompareOptions } from '../options.js';
import { MAGIC, PREAMBLE } from './format.js';
import { SnapshotUnusable, type SnapshotProblem } from './snapshot-error.js';

const rows = Array.from({ length: 8 }, (_, id) => ({ id, name: `row ${id}`, n: id * id }));

let store: MemoryStore;
let options: CompareOptions;
let good: Buffer;

beforeAll(async () => {
  store = new MemoryStore();
  options = { key: ['id'], snapshots: store };
  const { snapshot } = await outcomeOf(rows, options);
  good = store.blobs.get(snapshot.id)!;
});

async function problemOf(bytes: Buffer): Promise<SnapshotProblem | undefined> {
  try {
    const { differences } = await outcomeOf(rows, { ...options, previous: store.keep(bytes) });
    return differences.length === 0 ? undefined : ('differences' as SnapshotProblem);
  } catch (error) {
    if (!(error instanceof SnapshotUnusable)) throw error;
    return error.reason;
  }
}

describe('a snapshot', () => {
  it('is usable as it was written', async () => {
    expect(await problemOf(good)).toBeUndefined();
  });

  it('has the same bytes for the same rows in any order', async () => {
    for (const step of [3, 5, 7]) {
      const turned = rows.map((_, i) => rows[(i * step) % rows.length]!);
      const { snapshot } = await outcomeOf(turned, options);
      expect(store.blobs.get(snapshot.id)).toEqual(good);
    }
  });

  it('is refused when any byte of it differs', async () => {
    for (let at = 0; at < good.length; at++) {
      const damaged = Buffer.from(good);
      damaged[at]! ^= 0x41;
      const problem = await problemOf(damaged);
      if (at < MAGIC.length) expect(problem).toBe('foreign');
      else if (at < PREAMBLE) expect(problem).toBe('version');
      // With a length that is too large the file ends before its checksum can be checked.
      else expect(['corrupt', 'truncated']).toContain(problem);
    }
  }, 60_000);

  it('is refused when it is truncated anywhere, also between two frames', async () => {
    for (let length = 0; length < good.length; length++) {
      expect(await problemOf(good.subarray(0, length))).toBe('truncated');
    }
  }, 60_000);

  it('is refused when something follows it', async () => {
    expect(await problemOf(Buffer.concat([good, good]))).toBe('corrupt');
    expect(await problemOf(Buffer.concat([good, Buffer.alloc(1)]))).toBe('corrupt');
  });

  it.each(['{"not": "a snapshot"}', 'PK\u0003\u0004', 'id,name\n1,row\n', 'TDMKROW5 and more'])(
    'is refused when it is not a snapshot: %j',
    async (text) => {
      expect(await problemOf(Buffer.from(text))).toBe('foreign');
    },
  );

  it('is refused when its rows have another key', async () => {
    const { snapshot } = await outcomeOf(rows, options);
    const outcome = outcomeOf(rows, { ...options, key: ['name'], previous: snapshot.id });
    await expect(outcome).rejects.toMatchObject({ reason: 'otherKey', code: 'SNAPSHOT_UNUSABLE' });
    await expect(outcome).rejects.toThrow("the snapshot's key is id, the rows' key is name");
  });

  it('that the store finds damaged is refused with the same error', async () => {
    const snapshots = {
      put: store.put.bind(store),
      async *get() {
        yield good.subarray(0, 30);
        throw Object.assign(new Error('another hash'), { code: 'BLOB_CORRUPT' });
      },
    };
    const previous = store.keep(good);
    await expect(outcomeOf(rows, { ...options, snapshots, previous })).rejects.toMatchObject({ reason: 'corrupt' });
  });

  it('that is unavailable is reported with the error of the store, before a row is read', async () => {
    const failure = new Error('the store is away');
    const snapshots = {
      put: store.put.bind(store),
      get: (): AsyncIterable<Uint8Array> => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure) }),
      }),
    };
    let read = 0;
    const counting = (function* () {
      for (const row of rows) yield (read++, row);
    })();
    await expect(outcomeOf(counting, { ...options, snapshots, previous: store.keep(good) })).rejects.toBe(failure);
    expect(read).toBe(0);
  });
});
