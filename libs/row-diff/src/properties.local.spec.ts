import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '@tidemark/test-kit';
import { MemoryStore, outcomeOf, seeded, sorted } from './compare.fixtures.js';
import type { Difference } from './difference.js';
import type { CompareOptions } from './options.js';
import type { Key, Row } from './row.js';

const ROUNDS = 16;
const TINY = 64 * 1024;

let folder: TemporaryFolder;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

type Table = Map<string, Row>;
type Random = () => number;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

/** Values that are easily confused. */
const values: readonly unknown[] = [
  ...[null, '', 'a', 'b', 'ä', 0, 1, 1.5, '1.50', -1, NaN, 12345678901234567890n, true, false],
  ...[new Date(0), new Date(1), '2026-01-01T00:00:00.000001Z', new Uint8Array([1]), new Uint8Array([1, 0])],
  ...[{ a: 1 }, { a: '1' }, { b: [1, 2] }, { b: [2, 1] }, [], [[]], 'x'.repeat(3000)],
];

const rowOf = (random: Random, key: Key): Row => ({
  region: key[0],
  id: key[1],
  one: pick(random, values),
  two: pick(random, values),
  three: pick(random, values),
});

const text = (key: Key): string => key.map(String).join('/');

function tableOf(random: Random, size: number): Table {
  const table: Table = new Map();
  for (let i = 0; i < size; i++) {
    const key = [pick(random, ['north', 'south']), Math.floor(random() * size)];
    table.set(text(key), rowOf(random, key));
  }
  return table;
}

/** Removes, changes and adds some rows. */
function later(random: Random, table: Table): Table {
  const now: Table = new Map();
  for (const [name, row] of table) {
    const chance = random();
    if (chance < 0.1) continue;
    now.set(name, chance < 0.25 ? rowOf(random, [row['region'], row['id']]) : row);
  }
  for (const [name, row] of tableOf(random, Math.floor(table.size / 4))) if (!now.has(name)) now.set(name, row);
  return now;
}

function shuffled(random: Random, table: Table): Row[] {
  return [...table.values()]
    .map((row) => ({ row, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ row }) => row);
}

/** The rows of a destination after the differences were written, except failed ones. */
function applied(table: Table, differences: readonly Difference[], failed: ReadonlySet<string>): Table {
  const result: Table = new Map(table);
  for (const difference of differences) {
    if (difference.type === 'nullKey' || failed.has(text(difference.key))) continue;
    if (difference.type === 'removed') result.delete(text(difference.key));
    else if (difference.type !== 'duplicateKey') result.set(text(difference.key), difference.row);
  }
  return result;
}

describe('for random tables', () => {
  it.each(Array.from({ length: ROUNDS }, (_, seed) => seed))('every guarantee holds (seed %i)', async (seed) => {
    const random = seeded(seed);
    const keepValues = random() < 0.3;
    const options: CompareOptions = {
      ...{ key: ['region', 'id'], snapshots: new MemoryStore(), tempDir: folder.path, keepValues },
    };
    const tiny = { ...options, memoryLimit: TINY };
    let destination: Table = new Map();
    let table = tableOf(random, Math.floor(10 ** (1 + random() * 1.4)));
    let previous: CompareOptions['previous'];
    for (let sync = 0; sync < 4; sync++) {
      const large = await outcomeOf(shuffled(random, table), { ...options, previous });
      const failed = large.differences.filter(() => random() < 0.2).map((d) => ('key' in d ? d.key : []));
      const spilled = await outcomeOf(shuffled(random, table), { ...tiny, previous }, shuffledKeys(random, failed));
      const kept = await outcomeOf(shuffled(random, table), { ...options, previous }, failed);

      // Neither the order of rows nor the memory limit matters.
      expect(sorted(spilled.differences)).toEqual(sorted(large.differences));
      expect(spilled.counts).toEqual(large.counts);
      expect(spilled.snapshot).toEqual(kept.snapshot);

      // Applied to the old table, the differences give the new one.
      const old = destination;
      expect(applied(old, large.differences, new Set())).toEqual(table);
      if (keepValues) {
        for (const difference of large.differences) {
          if ('before' in difference) expect(difference.before).toEqual(old.get(text(difference.key)));
        }
      }

      // Only failed rows are offered again.
      destination = applied(old, large.differences, new Set(failed.map(text)));
      const again = await outcomeOf(shuffled(random, table), { ...options, previous: kept.snapshot.id });
      const keys = (differences: readonly Difference[]) => sorted(differences).map((d) => 'key' in d && text(d.key));
      expect(keys(again.differences).sort()).toEqual(failed.map(text).sort());
      previous = kept.snapshot.id;
      table = later(random, table);
    }
  });

  it('the disk was in use', async () => {
    const random = seeded(1);
    const table = tableOf(random, 2000);
    const options = { key: ['region', 'id'], snapshots: new MemoryStore(), tempDir: folder.path, memoryLimit: TINY };
    expect((await outcomeOf(table.values(), options)).spilledBytes).toBeGreaterThan(1_000_000);
    expect(folder.path.startsWith(tmpdir())).toBe(true);
  });
});

function shuffledKeys(random: Random, keys: readonly Key[]): Key[] {
  return keys
    .map((key) => ({ key, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ key }) => key);
}
