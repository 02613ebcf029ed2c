import { describe, expect, it } from '@jest/globals';
import { Terminal } from '@tidemark/resilience';
import type { Model } from './model.js';
import { endOf, keyedSteps, keylessStep, startOf, type ReadCursor } from './read-plan.js';

const model: Model = {
  ...{ name: 'orders', sql: 'select * from o', columns: [], key: ['a', 'b'], keyNotNull: false, lookBackMs: 5000 },
  ...{ updatedAt: { name: 'at', type: 'timestamptz' }, fingerprint: 'f', orders: {} },
};
const plain: Model = { ...model, updatedAt: null };
const after = { updatedAt: '2026-01-01 00:00:00+00', key: ['1', '2'] };

/** The text after the model's SQL. */
const tails = (of: Model, cursor: Partial<ReadCursor>) =>
  keyedSteps(of, { model: 'f', ...cursor }).map(({ sql }) => sql.replace(/[^]*\) model/, '').trim().replaceAll('\n', ' ')); // prettier-ignore

const ORDER = 'order by model."at", model."a", model."b"';

describe('the queries of a read', () => {
  it('read everything in one query, in order, from the beginning', () => {
    expect(tails(plain, {})).toEqual(['order by model."a", model."b"']);
    expect(tails(model, {})).toEqual([ORDER]);
  });

  it('continue after a row, and then read those without a time', () => {
    expect(tails(plain, { after: { key: ['1', '2'] } })).toEqual([
      'where (model."a", model."b") operator(pg_catalog.>) ($1, $2) order by model."a", model."b"',
    ]);
    expect(tails(model, { after })).toEqual([
      `where (model."at", model."a", model."b") operator(pg_catalog.>) ($1, $2, $3) ${ORDER}`,
      `where model."at" is null ${ORDER}`,
    ]);
    expect(tails(model, { after: { ...after, updatedAt: null } })).toEqual([
      `where model."at" is null and (model."a", model."b") operator(pg_catalog.>) ($1, $2) ${ORDER}`,
    ]);
  });

  it('compare columns whose type has an order of its own by its operators', () => {
    expect(tails({ ...plain, orders: { b: 'ext' } }, { after: { key: ['1', '2'] } })).toEqual([
      'where model."a" operator(pg_catalog.>=) $1 and (model."a" operator(pg_catalog.>) $1 or (model."a" operator(pg_catalog.=) $1 and model."b" operator(ext.>) $2)) order by model."a", model."b"',
    ]);
  });

  it('are bounded by the least of the marks less the look-back, and by a window', () => {
    const since =
      "(least($1::pg_catalog.timestamptz, $2::pg_catalog.timestamptz) operator(pg_catalog.-) interval '5000 milliseconds')::pg_catalog.timestamptz";
    const window = { from: 'x', to: 'y' };
    expect(tails(model, { since: ['s', 't'], after })).toEqual([
      `where model."at" operator(pg_catalog.>=) ${since} and (model."at", model."a", model."b") operator(pg_catalog.>) ($3, $4, $5) ${ORDER}`,
      `where model."at" is null ${ORDER}`,
    ]);
    expect(tails(model, { since: ['s'] })).toHaveLength(2);
    expect(tails(model, { window })).toEqual([
      `where model."at" operator(pg_catalog.>=) $1::pg_catalog.timestamptz and model."at" operator(pg_catalog.<) $2::pg_catalog.timestamptz ${ORDER}`,
    ]);
    expect(keyedSteps(model, { model: 'f', since: ['s', 't'], after })[0]!.values).toEqual([
      's',
      't',
      after.updatedAt,
      '1',
      '2',
    ]);
  });

  it('end with the rows without a key', () => {
    const { sql, values } = keylessStep(model, { model: 'f', keyless: 3 });
    expect(sql).toContain(
      'where (model."a" is null or model."b" is null)\norder by (model.*)::pg_catalog.text offset $1::pg_catalog.int8',
    );
    expect(values).toEqual(['3']);
    expect(tails(model, { keyless: 0 })).toEqual([]);
  });

  it('record where the SQL of the model begins', () => {
    for (const { sql, offset } of [...keyedSteps(model, { model: 'f' }), keylessStep(model, { model: 'f' })])
      expect(sql.slice(offset).startsWith(model.sql)).toBe(true);
  });
});

describe('the cursor of a read', () => {
  it('begins with the request', () => {
    const window = { from: 'x', to: 'y' };
    expect(startOf({ since: 's', window }, model)).toEqual({ model: 'f', since: ['s'], window });
    expect(startOf({ since: 's' }, plain)).toEqual({ model: 'f' });
    expect(() => startOf({ window }, plain)).toThrow(Terminal);
  });

  it('is accepted unchanged, and anything else is refused', () => {
    expect(startOf({ cursor: { model: 'f', after }, since: 'ignored' }, model)).toEqual({ model: 'f', after });
    for (const cursor of [
      {},
      { model: 'g' },
      { model: 'f', more: 1 },
      { model: 'f', after: { key: ['1'] } },
      { model: 'f', keyless: -1 },
    ])
      expect(() => startOf({ cursor }, model)).toThrow(expect.objectContaining({ code: 'SOURCE_CURSOR_EXPIRED' }));
  });

  it('ends with the latest change and the time of the read', () => {
    expect(endOf({ model: 'f', after, mark: 'm', keyless: 2 }, 'now')).toEqual({ model: 'f', since: ['m', 'now'] });
    expect(endOf({ model: 'f', since: ['s'] }, 'now')).toEqual({ model: 'f', since: ['s'] });
    expect(endOf({ model: 'f' }, 'now')).toEqual({ model: 'f' });
  });
});
