import { describe, expect, it } from '@jest/globals';
import { uuidv7 } from '@tidemark/foundation';
import type { ReadOptions } from '../port.js';
import type { TestStores } from './harness.js';
import { newStream, readAll, revisions, someEvents } from './support.js';

export function readCases(stores: () => TestStores): void {
  const store = () => stores().store;

  describe('read', () => {
    it.each<[ReadOptions, number[]]>([
      [{}, [0, 1, 2, 3, 4]],
      [{ from: 2 }, [2, 3, 4]],
      [{ limit: 2 }, [0, 1]],
      [{ from: 3, limit: 9 }, [3, 4]],
      [{ from: 5 }, []],
      [{ direction: 'backwards' }, [4, 3, 2, 1, 0]],
      [{ direction: 'backwards', limit: 1 }, [4]],
      [{ direction: 'backwards', from: 2 }, [2, 1, 0]],
      [{ direction: 'backwards', from: 2, limit: 2 }, [2, 1]],
      [{ direction: 'backwards', from: 99 }, [4, 3, 2, 1, 0]],
    ])('with %j gives %j of five events', async (options, expected) => {
      const stream = newStream();
      await store().append(stream, someEvents(5), 'no_stream');
      expect(revisions(await Array.fromAsync(store().read(stream, options)))).toEqual(expected);
    });

    it('reads long streams whole, in both directions', async () => {
      const stream = newStream();
      for (let revision = 0; revision < 1_200; revision += 400) {
        await store().append(stream, someEvents(400, revision), revision === 0 ? 'no_stream' : revision - 1);
      }
      const forwards = revisions(await readAll(store(), stream));
      expect(forwards).toEqual([...Array(1_200).keys()]);
      const backwards = await Array.fromAsync(store().read(stream, { direction: 'backwards' }));
      expect(revisions(backwards)).toEqual(forwards.reverse());
    });

    it('can be stopped early and started again', async () => {
      const stream = newStream();
      await store().append(stream, someEvents(300), 'no_stream');
      for (let round = 0; round < 3; round++) {
        for await (const event of store().read(stream)) if (event.revision === round) break;
      }
      expect(await readAll(store(), stream)).toHaveLength(300);
    });

    it('of a stream that does not exist throws StreamNotFound', async () => {
      const stream = newStream();
      await expect(readAll(store(), stream)).rejects.toMatchObject({
        code: 'STREAM_NOT_FOUND',
        name: 'StreamNotFound',
        stream,
      });
    });

    it('distinguishes streams whose names begin alike', async () => {
      const stream = newStream();
      await store().append(`${stream}-a`, someEvents(1), 'no_stream');
      await store().append(stream, someEvents(2), 'no_stream');
      expect(await readAll(store(), stream)).toHaveLength(2);
    });
  });

  describe('head', () => {
    it('is at least the position of the last append', async () => {
      const { position } = await store().append(newStream(), someEvents(2), 'any');
      expect(await store().head()).toBeGreaterThanOrEqual(position);
    });
  });

  describe('tombstone', () => {
    it('ends a stream permanently', async () => {
      const stream = newStream();
      const events = someEvents(2);
      await store().append(stream, events, 'no_stream');
      await store().tombstone(stream, 1);
      const deleted = { code: 'STREAM_DELETED', name: 'StreamDeleted', stream };
      await expect(readAll(store(), stream)).rejects.toMatchObject(deleted);
      await expect(store().append(stream, someEvents(1), 'any')).rejects.toMatchObject(deleted);
      await expect(store().append(stream, someEvents(1), 'no_stream')).rejects.toMatchObject(deleted);
      await expect(store().tombstone(stream, 'any')).rejects.toMatchObject(deleted);
      await stores().reopen();
      await expect(store().append(stream, someEvents(1), 1)).rejects.toMatchObject(deleted);
    });

    it('is refused at another revision', async () => {
      const stream = newStream();
      await store().append(stream, someEvents(2), 'no_stream');
      for (const expected of [0, 'no_stream'] as const) {
        await expect(store().tombstone(stream, expected)).rejects.toMatchObject({ code: 'CONFLICT', actual: 1 });
      }
      expect(await readAll(store(), stream)).toHaveLength(2);
      await store().tombstone(stream, 'stream_exists');
    });

    it('needs a stream', async () => {
      await expect(store().tombstone(`job-${uuidv7()}`, 'any')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
    });
  });
}
