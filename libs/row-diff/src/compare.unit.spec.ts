import { describe, expect, it } from '@jest/globals';
import { compare } from './compare.js';
import { MemoryStore, outcomeOf, sorted } from './compare.fixtures.js';
import { KeyProblem } from './difference.js';
import type { CompareOptions } from './options.js';
import type { Row } from './row.js';

const people: Row[] = [
  { id: 1, name: 'Ada', born: 1815 },
  { id: 2, name: 'Alan', born: 1912 },
  { id: 3, name: 'Grace', born: 1906 },
];

function setting(more: Partial<CompareOptions> = {}) {
  const snapshots = new MemoryStore();
  return { snapshots, options: { key: ['id'], snapshots, ...more } satisfies CompareOptions };
}

describe('compare', () => {
  it('reports every row as added when there is no snapshot', async () => {
    const { options } = setting();
    const { differences, counts } = await outcomeOf(people, options);
    expect(sorted(differences)).toEqual(people.map((row) => ({ type: 'added', key: [row['id']], row })));
    expect(counts).toMatchObject({ rows: 3, added: 3, unchanged: 0 });
  });

  it('only counts new rows when the caller has them, with the same snapshot', async () => {
    const rows = [...people, people[0]!];
    const reported = await outcomeOf(rows, setting().options);
    const { differences, counts, snapshot } = await outcomeOf(rows, setting({ onAdded: 'count' }).options);
    expect(differences).toEqual([{ type: 'duplicateKey', key: [1], rowNumber: 4 }]);
    expect(counts).toEqual(reported.counts);
    expect(snapshot).toEqual(reported.snapshot);
  });

  it('finds nothing when nothing changed, and the same snapshot', async () => {
    const { options } = setting();
    const first = await outcomeOf(people, options);
    const again = await outcomeOf([...people].reverse(), { ...options, previous: first.snapshot.id });
    expect(again.differences).toEqual([]);
    expect(again.counts).toMatchObject({ rows: 3, unchanged: 3 });
    expect(again.snapshot).toEqual(first.snapshot);
  });

  it('reports added, changed and removed rows, with the names of changed columns', async () => {
    const { options } = setting();
    const { snapshot } = await outcomeOf(people, options);
    const now = [
      people[0]!,
      { ...people[1]!, name: 'Alan Turing', born: '1912' },
      { id: 4, name: 'Edsger', born: 1930 },
    ];
    const { differences, counts } = await outcomeOf(now, { ...options, previous: snapshot.id });
    expect(sorted(differences)).toEqual([
      { type: 'added', key: [4], row: now[2] },
      { type: 'changed', key: [2], row: now[1], columns: ['name'], cause: 'data' },
      { type: 'removed', key: [3] },
    ]);
    expect(counts).toEqual({
      ...{ rows: 3, unchanged: 1, added: 1, changed: 1, schemaOnly: 0, removed: 1 },
      ...{ duplicateKey: 0, nullKey: 0 },
    });
  });

  it('accepts keys of several columns, in the order in which they are named', async () => {
    const { options } = setting({ key: ['region', 'code'] });
    const rows = [
      { code: 1, region: 'north', n: 1 },
      { code: 1, region: 'south', n: 2 },
    ];
    const { snapshot } = await outcomeOf(rows, options);
    const { differences } = await outcomeOf(rows.slice(1), { ...options, previous: snapshot.id });
    expect(differences).toEqual([{ type: 'removed', key: ['north', 1] }]);
    const other = { ...options, key: ['code', 'region'], previous: snapshot.id };
    expect((await outcomeOf(rows.slice(1), other)).differences).toEqual([{ type: 'removed', key: [1, 'north'] }]);
  });

  it('distinguishes keys whose joined texts are the same', async () => {
    const { options } = setting({ key: ['a', 'b'] });
    const { counts } = await outcomeOf([{ a: 'x', b: 'yz' }, { a: 'xy', b: 'z' }], options); // prettier-ignore
    expect(counts).toMatchObject({ added: 2, duplicateKey: 0 });
  });

  it('returns keys as values of their own type', async () => {
    const { options } = setting();
    const keys = [7, 'seven', 7n ** 20n, true, new Date(7), new Uint8Array([7]), '2026-01-01T00:00:00+01:00'];
    const { snapshot } = await outcomeOf(
      keys.map((id) => ({ id })),
      options,
    );
    const { differences } = await outcomeOf([], { ...options, previous: snapshot.id });
    for (const id of keys) expect(differences).toContainEqual({ type: 'removed', key: [id] });
    expect(differences).toHaveLength(keys.length);
  });

  it('reports old values when the snapshot keeps them', async () => {
    const { options } = setting({ keepValues: true });
    const { snapshot } = await outcomeOf(people, options);
    const now = [{ ...people[0]!, born: 1816 }, people[1]!];
    const { differences } = await outcomeOf(now, { ...options, previous: snapshot.id });
    expect(sorted(differences)).toEqual([
      { type: 'changed', key: [1], row: now[0], columns: ['born'], cause: 'data', before: people[0] },
      { type: 'removed', key: [3], before: people[2] },
    ]);
  });

  it('compares only the columns that are named', async () => {
    const { options } = setting({ columns: ['name'] });
    const { snapshot, differences } = await outcomeOf(people, options);
    expect(sorted(differences)[0]).toEqual({ type: 'added', key: [1], row: { id: 1, name: 'Ada' } });
    const aged = people.map((row) => ({ ...row, born: 2000 }));
    expect((await outcomeOf(aged, { ...options, previous: snapshot.id })).differences).toEqual([]);
  });

  it('reads no further than requested, and nothing before', async () => {
    let read = 0;
    const rows = (function* () {
      for (const row of [{ id: null }, ...people]) yield (read++, row);
    })();
    const comparison = compare(rows, setting().options);
    expect(read).toBe(0);
    await comparison.next();
    expect(read).toBe(1);
    await comparison.discard();
  });

  it('serves concurrent calls one after the other', async () => {
    const comparison = compare(people, setting().options);
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => comparison.next()));
    expect(results.map(({ done }) => done)).toEqual([false, false, false, true, true]);
    await comparison.discard();
  });
});

describe('rows without a usable key', () => {
  const rows = [{ id: 1, a: 1 }, { id: null, a: 2 }, { a: 3 }, { id: 1, a: 4 }, { id: '1', a: 5 }, { id: 2, a: 6 }];

  it('are reported with their numbers and left out; the first row of a key counts', async () => {
    const { options } = setting({ columns: ['a'] });
    const { differences, counts } = await outcomeOf(rows, options);
    expect(sorted(differences)).toEqual([
      { type: 'added', key: [1], row: { id: 1, a: 1 } },
      { type: 'added', key: [2], row: { id: 2, a: 6 } },
      { type: 'duplicateKey', key: [1], rowNumber: 4 },
      { type: 'duplicateKey', key: ['1'], rowNumber: 5 },
      { type: 'nullKey', rowNumber: 2, columns: ['id'] },
      { type: 'nullKey', rowNumber: 3, columns: ['id'] },
    ]);
    expect(counts).toMatchObject({ rows: 6, added: 2, duplicateKey: 2, nullKey: 2 });
  });

  it.each([
    ['onNullKey' as const, 'row 2: key column id is null'],
    ['onDuplicateKey' as const, 'row 4: an earlier row has the same key [1]'],
  ])('end the comparison when %s requires it', async (option, message) => {
    const { options } = setting({ columns: ['a'], [option]: 'fail' });
    const outcome = outcomeOf(rows, options);
    await expect(outcome).rejects.toThrow(KeyProblem);
    await expect(outcome).rejects.toThrow(message);
  });
});

describe('commit', () => {
  const changed = [{ ...people[0]!, born: 1 }, people[1]!, { id: 9, name: 'Nine', born: 9 }];

  it('offers failed rows again, and no others', async () => {
    const { options } = setting();
    const { snapshot } = await outcomeOf(people, options);
    for (const failed of [[1], [3], [9]]) {
      const second = await outcomeOf(changed, { ...options, previous: snapshot.id }, [failed]);
      expect(second.counts).toMatchObject({ added: 1, changed: 1, removed: 1 });
      const third = await outcomeOf(changed, { ...options, previous: second.snapshot.id });
      expect(third.differences).toEqual(second.differences.filter((d) => 'key' in d && d.key[0] === failed[0]));
    }
  });

  it('accepts failed keys in any order, repeated, and of unchanged rows', async () => {
    const { options } = setting();
    const { snapshot } = await outcomeOf(people, options);
    const failed = [[9], [2], [1], [9], [3], [1]];
    const second = await outcomeOf(changed, { ...options, previous: snapshot.id }, failed);
    expect(second.snapshot).toEqual(snapshot);
  });

  it('refuses a failed key that no row has, because its row would be lost', async () => {
    const { options } = setting();
    for (const unknown of [77, -1, 'x', 10n ** 30n]) {
      const outcome = outcomeOf(people, options, [[unknown]]);
      await expect(outcome).rejects.toThrow(`failed key [${unknown}] does not belong to a row of this comparison`);
    }
    await expect(outcomeOf(people, options, [[1, 2]])).rejects.toThrow('a key must be an array of 1: id');
    await expect(outcomeOf(people, options, [[null]])).rejects.toThrow('a key must not be null: id');
  });

  it('returns the same however often it is called', async () => {
    const comparison = compare(people, setting().options);
    for await (const _ of comparison);
    const [a, b] = await Promise.all([comparison.commit([[1]]), comparison.commit()]);
    expect(b).toBe(a);
    expect(await comparison.commit([[2]])).toBe(a);
    await comparison.discard();
    expect(await comparison.commit()).toBe(a);
  });

  it('may be repeated when the store failed', async () => {
    const { options, snapshots } = setting();
    const comparison = compare(people, options);
    for await (const _ of comparison);
    snapshots.failure = new Error('the store is away');
    await expect(comparison.commit()).rejects.toThrow('the store is away');
    await expect(comparison.commit([[2]])).rejects.toThrow('the store is away');
    snapshots.failure = undefined;
    const { id } = await comparison.commit([[2]]);
    const { differences } = await outcomeOf(people, { ...options, previous: id });
    expect(differences).toEqual([{ type: 'added', key: [2], row: people[1] }]);
  });

  it('is refused before all differences were read, and after the end', async () => {
    const { options, snapshots } = setting();
    const comparison = compare(people, options);
    await expect(comparison.commit()).rejects.toThrow('the comparison has not been read to its end');
    for await (const _ of comparison) break;
    await expect(comparison.commit()).rejects.toThrow('the comparison was discarded');
    await expect(comparison.next()).rejects.toThrow('the comparison was discarded');
    expect(snapshots.blobs.size).toBe(0);
  });
});

describe('a failing comparison', () => {
  it('passes on the error of the rows', async () => {
    const failure = new Error('the source is gone');
    const rows = (function* (): Generator<Row> {
      yield people[0]!;
      throw failure;
    })();
    const comparison = compare(rows, setting().options);
    await expect(comparison.next()).rejects.toBe(failure);
    await expect(comparison.next()).rejects.toBe(failure);
    await expect(comparison.commit()).rejects.toBe(failure);
  });

  it('closes the source when the consumer stops', async () => {
    let released = false;
    const rows = (function* () {
      try {
        for (let id = 0; ; id++) yield { id: null };
      } finally {
        released = true;
      }
    })();
    for await (const _ of compare(rows, setting().options)) break;
    expect(released).toBe(true);
  });

  it.each<[string, Row[], string]>([
    ['an invalid value', [{ id: 1, a: () => 1 }], 'row 1: column "a" is a function, which cannot be compared'],
    ['an invalid key', [{ id: Symbol('x') }], 'row 1: column "id" is a symbol'],
    ['a column that the first row does not have', [{ id: 1 }, { id: 2, b: 1 }], 'row 2: column "b" is not among those'],
    ['an invalid row', [{ id: 1 }, 5 as unknown as Row], 'row 2: a row must be an object'],
    ['an oversized key', [{ id: 'x'.repeat(70_000) }], 'row 1: the key is longer than 65535 bytes'],
  ])('names the row: %s', async (_, rows, message) => {
    const outcome = outcomeOf(rows, setting().options);
    await expect(outcome).rejects.toThrow(TypeError);
    await expect(outcome).rejects.toThrow(message);
  });

  it.each<[string, Partial<CompareOptions>]>([
    ['key', { key: [] }],
    ['key', { key: ['id', 'id'] }],
    ['columns', { columns: ['a', 'a'] }],
    ['memoryLimit', { memoryLimit: 1000 }],
    ['memoryLimit', { memoryLimit: NaN }],
  ])('names the option %s', (name, options) => {
    expect(() => compare([], setting(options).options)).toThrow(new RegExp(`^${name}: expected`));
  });

  it('ends for the caller when the signal is aborted, even if the source hangs', async () => {
    const end = new AbortController();
    const hanging: AsyncIterable<Row> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    const comparison = compare(hanging, setting({ signal: end.signal }).options);
    const next = comparison.next();
    const reason = new Error('cancelled');
    end.abort(reason);
    await expect(next).rejects.toBe(reason);
    await expect(comparison.next()).rejects.toBe(reason);
    await expect(comparison.commit()).rejects.toBe(reason);
  });

  it('closes a source that is busy when the signal is aborted', async () => {
    const end = new AbortController();
    let released = false;
    const rows = (function* () {
      try {
        for (let id = 0; ; id++) {
          if (id === 10) end.abort(new Error('cancelled'));
          yield { id };
        }
      } finally {
        released = true;
      }
    })();
    await expect(compare(rows, setting({ signal: end.signal }).options).next()).rejects.toThrow('cancelled');
    expect(released).toBe(true);
  });

  it('touches nothing when the signal was aborted before the first call', async () => {
    const rows = (function* (): Generator<Row> {
      throw new Error('must not be read');
    })();
    const signal = AbortSignal.abort(new Error('cancelled'));
    const comparison = compare(rows, setting({ signal }).options);
    await expect(comparison.next()).rejects.toThrow('cancelled');
  });

  it('lets timers run while a consumer reads differences', async () => {
    const rows = Array.from({ length: 60_000 }, (_, id) => ({ id }));
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    for await (const _ of compare(rows, setting().options)) if (ticks > 1) break;
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(1);
  });

  it('lets a timer abort a source that never waits', async () => {
    const endless = (function* () {
      for (let id = 0; ; id++) yield { id: id % 100 };
    })();
    const comparison = compare(endless, setting({ signal: AbortSignal.timeout(30) }).options);
    await expect(comparison.next()).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
