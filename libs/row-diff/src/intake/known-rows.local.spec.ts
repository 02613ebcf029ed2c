import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { LoopYield } from '../loop-yield.js';
import { CanonicalRow } from './canonical-row.js';
import { MemoryStore, outcomeOf, seeded, sorted } from '../compare.fixtures.js';
import { KnownRows } from './known-rows.js';
import type { CompareOptions } from '../options.js';
import { Previous } from '../previous.js';
import { RowRecorder } from './row-recorder.js';
import type { Row } from '../row.js';
import { RecordSorter } from '../spill/record-sorter.js';
import { TempFile } from '../spill/temp-file.js';
import { AT_ONCE, WaitingRows } from './waiting-rows.js';

/** So little memory that only some of the previous rows are known; few enough rows do not go to the disk. */
const TINY = 64 * 1024;

const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}` }));

async function after(before: Row[], now: Row[], more: Partial<CompareOptions> = {}) {
  const options: CompareOptions = { key: ['id'], snapshots: new MemoryStore(), ...more };
  const { snapshot } = await outcomeOf(before, options);
  const outcome = await outcomeOf(now, { ...options, previous: snapshot.id });
  return { ...outcome, before: snapshot };
}

describe('a key that occurs twice', () => {
  const before = [{ id: 1, name: 'Ada' }, ...rowsOf(100).slice(2)];
  const [same, other] = [before[0]!, { id: 1, name: 'Ada Lovelace' }];
  const rest = before.slice(1);

  it.each<[string, Row[], number[]]>([
    ['as it was', [same, same], [2]],
    ['as it was at first', [same, other], [2]],
    ['as it was at first, and again and again', [same, other, same, other, same], [2, 3, 4, 5]],
  ])('%s is unchanged', async (_, rows, repeats) => {
    const { differences, counts, snapshot, before: first } = await after(before, [...rows, ...rest]);
    expect(differences).toEqual(repeats.map((rowNumber) => ({ type: 'duplicateKey', key: [1], rowNumber })));
    expect(counts).toMatchObject({ unchanged: before.length, removed: 0, duplicateKey: repeats.length });
    expect(snapshot).toEqual(first);
  });

  it('is changed when its first row changed, regardless of later rows', async () => {
    const { differences, snapshot } = await after(before, [other, same, ...rest, same]);
    expect(differences).toEqual([
      { type: 'changed', key: [1], row: other, columns: ['name'], cause: 'data' },
      { type: 'duplicateKey', key: [1], rowNumber: 2 },
      { type: 'duplicateKey', key: [1], rowNumber: before.length + 2 },
    ]);
    expect(snapshot).toEqual((await after([], [other, ...rest])).snapshot);
  });

  it('stays one key when it occurs so often that it goes to the disk', async () => {
    const often = Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? same : other));
    const { counts, spilledBytes } = await after(before, [...often, ...rest], { memoryLimit: TINY });
    expect(spilledBytes).toBeGreaterThan(TINY);
    expect(counts).toMatchObject({ unchanged: before.length, removed: 0, changed: 0, duplicateKey: 2999 });
  });
});

describe('a key whose value has another type now', () => {
  it('is the same key, and the new snapshot has the new type', async () => {
    const now = rowsOf(50).map((row) => ({ ...row, id: String(row['id']) }));
    const { differences, counts, snapshot } = await after(rowsOf(50), now);
    expect(differences).toEqual([]);
    expect(counts).toMatchObject({ unchanged: 50 });
    expect(snapshot).toEqual((await after([], now)).snapshot);
  });
});

describe('when only some of the previous rows fit in memory', () => {
  it.each([1000, 2500, 2600, 2700, 3000, 20_000])('the outcome is the same: %i rows', async (count) => {
    const random = seeded(count);
    const before = rowsOf(count);
    const now = before.flatMap((row) => {
      const chance = random();
      if (chance < 0.05) return [];
      if (chance < 0.1) return [{ ...row, name: 'changed' }];
      return chance < 0.15 ? [row, { ...row, name: 'again' }] : [row];
    });
    now.push(...rowsOf(count + 50).slice(count));
    const [small, large] = [await after(before, now, { memoryLimit: TINY }), await after(before, now)];
    expect(sorted(small.differences)).toEqual(sorted(large.differences));
    expect(small.counts).toEqual(large.counts);
    expect(small.snapshot).toEqual(large.snapshot);
    expect(small.counts).toMatchObject({ added: 50, rows: now.length });
  });
});

describe('rows that are known to be unchanged', () => {
  it('never go to the disk', async () => {
    const rows = rowsOf(400).map((row) => ({ ...row, note: 'x'.repeat(1000) }));
    const options: CompareOptions = { key: ['id'], snapshots: new MemoryStore(), memoryLimit: TINY };
    const { snapshot, spilledBytes } = await outcomeOf(rows, options);
    expect(spilledBytes).toBeGreaterThan(400_000);
    const again = await outcomeOf([...rows].reverse(), { ...options, previous: snapshot.id });
    expect(again.spilledBytes).toBeLessThan(50_000);
    expect(again.counts).toMatchObject({ unchanged: 400 });
  });

  it('are offered again when their previous write was reported as failed, and only they', async () => {
    const options: CompareOptions = { key: ['id'], snapshots: new MemoryStore() };
    const first = await outcomeOf(rowsOf(100), options, [[7]]);
    const second = await outcomeOf(rowsOf(100), { ...options, previous: first.snapshot.id });
    expect(second.differences).toEqual([{ type: 'added', key: [7], row: rowsOf(8)[7] }]);
    expect(second.counts).toMatchObject({ unchanged: 99 });
  });
});

describe('when nothing differs', () => {
  const previously = async () => {
    const snapshots = new MemoryStore();
    const options: CompareOptions = { key: ['id'], snapshots };
    const { snapshot } = await outcomeOf(rowsOf(1000), options);
    snapshots.failure = new Error('nothing is to be stored');
    return { snapshot, options: { ...options, previous: snapshot.id } };
  };

  it('the snapshot is the previous one, and nothing is stored or goes to the disk', async () => {
    const { snapshot, options } = await previously();
    const again = await outcomeOf([...rowsOf(1000).reverse(), { id: null, name: 'nobody' }], options);
    expect(again.differences).toEqual([{ type: 'nullKey', rowNumber: 1001, columns: ['id'] }]);
    expect(again.counts).toMatchObject({ rows: 1001, unchanged: 1000, nullKey: 1 });
    expect(again.snapshot).toEqual(snapshot);
    expect(again.spilledBytes).toBe(0);
  });

  it('failed keys change nothing, but must belong to rows', async () => {
    const { snapshot, options } = await previously();
    expect((await outcomeOf(rowsOf(1000), options, [[999], [0], [999]])).snapshot).toEqual(snapshot);
    const unknown = outcomeOf(rowsOf(1000), options, [[3], [1000]]);
    await expect(unknown).rejects.toThrow(
      new RangeError('failed key [1000] does not belong to a row of this comparison'),
    );
  });

  it('in the rows, because there are none, the model still does', async () => {
    const options: CompareOptions = { key: ['id'], snapshots: new MemoryStore(), columns: ['name'] };
    const first = await outcomeOf([], options);
    const wider = { ...options, columns: ['name', 'mail'] };
    const second = await outcomeOf([], { ...wider, previous: first.snapshot.id });
    expect(second.snapshot).toEqual((await outcomeOf([], wider)).snapshot);
    expect(second.snapshot).not.toEqual(first.snapshot);
  });
});

describe('long rows', () => {
  it('do not make every waiting slot as long as they are', async () => {
    const snapshots = new MemoryStore();
    const { snapshot } = await outcomeOf([], { key: ['id'], columns: ['name'], snapshots });
    const previous = await Previous.open(snapshots, snapshot.id, ['id']);
    const known = await KnownRows.of(previous, TINY, new LoopYield(), () => {});
    const rows = Array.from({ length: AT_ONCE }, () => new CanonicalRow(['id'], ['name']));
    const file = new TempFile(tmpdir());
    const waiting = new WaitingRows(rows, known, new RowRecorder(rows[0]!, new RecordSorter(file, TINY)));
    for (let id = 0; id < 3 * AT_ONCE; id++) {
      waiting.row.read({ id, name: 'x'.repeat(id % 5 === 4 ? 2 ** 18 : 10) }, id);
      await waiting.take();
    }
    await waiting.end();
    await file.close();
    expect(rows.reduce((sum, { values }) => sum + values.canonical.length, 0)).toBeLessThan(2 ** 20);
  });
});
