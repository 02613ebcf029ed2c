import { describe, expect, it } from '@jest/globals';
import { compare } from './compare.js';
import { MemoryStore, outcomeOf, sorted } from './compare.fixtures.js';
import type { CompareOptions } from './options.js';
import type { Row } from './row.js';

const before: Row[] = [
  { id: 1, name: 'Ada', city: 'London' },
  { id: 2, name: 'Alan', city: 'Wilmslow' },
  { id: 3, name: 'Grace', city: 'Arlington' },
];
const widened = before.map((row) => ({ ...row, plan: 'pro' }));
const narrowed = before.map(({ id, name }) => ({ id, name }));

async function setting(rows: readonly Row[] = before, more: Partial<CompareOptions> = {}) {
  const options: CompareOptions = { key: ['id'], snapshots: new MemoryStore(), ...more };
  const { snapshot } = await outcomeOf(rows, options);
  return { ...options, previous: snapshot.id };
}

describe('a column that is new to the model', () => {
  it('is reported, and every row is offered once with it, separately from changed data', async () => {
    const options = await setting();
    const now = [...widened.slice(0, 2), { ...widened[2]!, name: 'Grace Hopper' }];
    const comparison = compare(now, options);
    const differences = [];
    for await (const difference of comparison) differences.push(difference);
    expect(comparison.schemaChange).toEqual({ added: ['plan'], removed: [] });
    expect(sorted(differences)).toEqual([
      { type: 'changed', key: [1], row: now[0], columns: ['plan'], cause: 'schema' },
      { type: 'changed', key: [2], row: now[1], columns: ['plan'], cause: 'schema' },
      { type: 'changed', key: [3], row: now[2], columns: ['name', 'plan'], cause: 'data' },
    ]);
    expect(comparison.counts).toMatchObject({ changed: 1, schemaOnly: 2, unchanged: 0 });
    const { id } = await comparison.commit();
    expect((await outcomeOf(now, { ...options, previous: id })).differences).toEqual([]);
  });

  it('is not offered when the option disables it, and is known afterwards', async () => {
    const options = { ...(await setting()), onSchemaChange: 'ignore' as const };
    const { differences, counts, snapshot } = await outcomeOf(widened, options);
    expect(differences).toEqual([]);
    expect(counts).toMatchObject({ unchanged: 3, schemaOnly: 0 });
    const changed = [{ ...widened[0]!, plan: 'free' }, ...widened.slice(1)];
    const next = await outcomeOf(changed, { ...options, previous: snapshot.id });
    expect(next.differences).toMatchObject([{ type: 'changed', key: [1], columns: ['plan'], cause: 'data' }]);
  });

  it('is offered again to a row whose write failed', async () => {
    const options = await setting();
    const { snapshot } = await outcomeOf(widened, options, [[2]]);
    const again = await outcomeOf(widened, { ...options, previous: snapshot.id });
    expect(again.differences).toEqual([
      { type: 'changed', key: [2], row: widened[1], columns: ['plan'], cause: 'data' },
    ]);
    const last = await outcomeOf(widened, { ...options, previous: again.snapshot.id });
    expect(last.differences).toEqual([]);
  });

  it('keeps old values of a failed row', async () => {
    const options = await setting(before, { keepValues: true });
    const { snapshot } = await outcomeOf(widened, options, [[2]]);
    const { differences } = await outcomeOf(widened, { ...options, previous: snapshot.id });
    expect(differences).toMatchObject([{ key: [2], columns: ['plan'], before: before[1] }]);
  });

  it('is the same in rows that have it in another order', async () => {
    const options = await setting(widened);
    const turned = widened.map((row: Row) => ({
      plan: row['plan'],
      city: row['city'],
      id: row['id'],
      name: row['name'],
    }));
    const comparison = compare(turned, options);
    expect((await comparison.next()).done).toBe(true);
    expect(comparison.schemaChange).toBeUndefined();
    await comparison.discard();
  });
});

describe('a column that was removed from the model', () => {
  it('is reported, offers nothing, and changed data is still found', async () => {
    const options = await setting();
    const now = [narrowed[0]!, { id: 2, name: 'Alan T.' }, narrowed[2]!];
    const comparison = compare(now, options);
    const differences = [];
    for await (const difference of comparison) differences.push(difference);
    expect(comparison.schemaChange).toEqual({ added: [], removed: ['city'] });
    expect(differences).toEqual([{ type: 'changed', key: [2], row: now[1], columns: ['name'], cause: 'data' }]);
    const { id } = await comparison.commit();
    expect((await outcomeOf(now, { ...options, previous: id })).differences).toEqual([]);
  });

  it('offers a failed row again, even when its values are the old ones by then', async () => {
    const options = await setting();
    const { snapshot } = await outcomeOf([{ ...narrowed[0]!, name: 'A.' }, ...narrowed.slice(1)], options, [[1]]);
    const { differences } = await outcomeOf(narrowed, { ...options, previous: snapshot.id });
    expect(differences).toMatchObject([{ type: 'changed', key: [1], cause: 'data' }]);
  });

  it('may be removed while another is added', async () => {
    const options = await setting();
    const renamed = before.map(({ id, name, city }) => ({ id, name, town: city }));
    const { differences, counts } = await outcomeOf(renamed, options);
    expect(differences).toHaveLength(3);
    expect(differences).toMatchObject(differences.map(() => ({ columns: ['town'], cause: 'schema' })));
    expect(counts).toMatchObject({ schemaOnly: 3, changed: 0 });
  });
});

describe('keeping values', () => {
  it.each([
    [false, true],
    [true, false],
  ])('may change from %s to %s without a difference', async (then, now) => {
    const options = await setting(before, { keepValues: then });
    const changed = { ...options, keepValues: now };
    const middle = await outcomeOf(before.slice(0, 2), changed, [[3]]);
    expect(middle.differences).toMatchObject([{ type: 'removed', key: [3] }]);
    const last = await outcomeOf(before.slice(1, 2), { ...changed, previous: middle.snapshot.id });
    const old = (row: Row) => (now ? { before: row } : {});
    expect(sorted(last.differences)).toEqual([
      { type: 'removed', key: [1], ...old(before[0]!) },
      // Values that were not kept when the row was last written cannot be reported.
      { type: 'removed', key: [3] },
    ]);
  });
});
