import { describe, expect, it } from '@jest/globals';
import type { Destination, RowResult, WriteBatch } from './destination.js';
import type { WriteMode } from './manifest/manifest.js';
import { writeBatches, type WrittenBatch } from './write-batches.js';

/** A destination whose batches end when the test decides. */
class Slow implements Pick<Destination, 'write'> {
  /** Ids of batches, in order of arrival. */
  readonly begun: string[] = [];
  readonly #ends = new Map<string, PromiseWithResolvers<readonly RowResult[]>>();

  async write({ id }: WriteBatch): Promise<readonly RowResult[]> {
    this.begun.push(id);
    this.#ends.set(id, Promise.withResolvers());
    return this.#ends.get(id)!.promise;
  }

  async end(id: string, error?: Error): Promise<void> {
    if (error) this.#ends.get(id)!.reject(error);
    else this.#ends.get(id)!.resolve([{ status: 'created' }]);
    await settled();
  }
}

/** Lets all pending work proceed. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function* batchesOf(mode: WriteMode, ids: readonly (readonly unknown[])[]): AsyncGenerator<WriteBatch> {
  for (const [at, keys] of ids.entries())
    yield { id: `b${at}`, mode, object: 'o', key: ['id'], rows: keys.map((id) => ({ data: { id: id as string } })) };
}

function start(ids: readonly (readonly unknown[])[], { mode = 'upsert' as WriteMode, concurrency = 3 } = {}) {
  const destination = new Slow();
  const reported: string[] = [];
  const { signal } = new AbortController();
  const done = (async () => {
    const written: AsyncIterable<WrittenBatch> = writeBatches(destination, batchesOf(mode, ids), {
      concurrency,
      signal,
    });
    for await (const { batch } of written) reported.push(batch.id);
  })();
  done.catch(() => {});
  return { destination, reported, done };
}

describe('batches', () => {
  it('are written concurrently, the first one alone, with results in order', async () => {
    const { destination, reported, done } = start([['1'], ['2'], ['3'], ['4'], ['5']]);
    await settled();
    expect(destination.begun).toEqual(['b0']);
    await destination.end('b0');
    expect(destination.begun).toEqual(['b0', 'b1', 'b2', 'b3']);
    await destination.end('b3');
    await destination.end('b2');
    expect(reported).toEqual(['b0']);
    await destination.end('b1');
    expect(reported).toEqual(['b0', 'b1', 'b2', 'b3']);
    await destination.end('b4');
    await done;
    expect(reported).toHaveLength(5);
  });

  it('wait for earlier ones that share a key, however it is written', async () => {
    const { destination, done } = start([['0'], ['1', '2'], ['3', 2], ['4']]);
    await settled();
    await destination.end('b0');
    expect(destination.begun).toEqual(['b0', 'b1']);
    await destination.end('b1');
    expect(destination.begun).toEqual(['b0', 'b1', 'b2', 'b3']);
    await destination.end('b2');
    await destination.end('b3');
    await done;
  });

  it('that are appended wait for no key', async () => {
    const { destination, done } = start([['1'], ['1'], ['1']], { mode: 'append' });
    await settled();
    await destination.end('b0');
    expect(destination.begun).toEqual(['b0', 'b1', 'b2']);
    await destination.end('b1');
    await destination.end('b2');
    await done;
  });

  it('are written one at a time if no more are allowed', async () => {
    const { destination, done } = start([['1'], ['2'], ['3']], { concurrency: 1 });
    await settled();
    for (const [at, id] of ['b0', 'b1', 'b2'].entries()) {
      expect(destination.begun).toHaveLength(at + 1);
      await destination.end(id);
    }
    await done;
  });

  it('that could be read have results before the read error is thrown', async () => {
    const destination = new Slow();
    async function* broken() {
      yield* batchesOf('upsert', [['1'], ['2']]);
      throw new Error('line 3 is broken');
    }
    const reported: string[] = [];
    const { signal } = new AbortController();
    const done = (async () => {
      for await (const { batch } of writeBatches(destination, broken(), { concurrency: 3, signal }))
        reported.push(batch.id);
    })();
    done.catch(() => {});
    await settled();
    await destination.end('b0');
    await destination.end('b1');
    await expect(done).rejects.toThrow('line 3 is broken');
    expect(reported).toEqual(['b0', 'b1']);
  });

  it('end with the first error, once those in flight have ended, and no other is started', async () => {
    const { destination, reported, done } = start([['1'], ['2'], ['3'], ['4'], ['5']]);
    let over = false;
    void done.catch(() => (over = true));
    await settled();
    await destination.end('b0');
    await destination.end('b2', new Error('the second'));
    await destination.end('b1', new Error('the first'));
    expect(over).toBe(false);
    await destination.end('b3');
    await expect(done).rejects.toThrow('the first');
    expect(reported).toEqual(['b0']);
    expect(destination.begun).toEqual(['b0', 'b1', 'b2', 'b3']);
  });
});
