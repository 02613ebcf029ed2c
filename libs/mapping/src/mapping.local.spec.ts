import { describe, expect, it } from '@jest/globals';
import type { MappingEntry } from '@tidemark/contracts';
import type { JsonObject } from '@tidemark/foundation';
import { compileMapping, mappingProblems } from './index.js';

const key = Buffer.from('a key of the connection');

async function mapped(mapping: readonly MappingEntry[], ...records: readonly JsonObject[]) {
  expect(mappingProblems(mapping, undefined)).toEqual([]);
  return compileMapping(mapping, { key }).map(records.map((data) => ({ data })));
}

const rowOf = async (mapping: readonly MappingEntry[], record: JsonObject) => (await mapped(mapping, record))[0]!.row;
const problemOf = async (mapping: readonly MappingEntry[], record: JsonObject) =>
  (await mapped(mapping, record))[0]!.problem;

describe('a mapping', () => {
  it('renames, picks, sets constants and defaults, and reads and writes nested paths', async () => {
    const mapping: MappingEntry[] = [
      { pick: ['*'] },
      { to: 'author', from: 'user.login' },
      { to: 'address.city', from: 'places[1].city', default: 'unknown' },
      { to: 'address.zip', from: 'zip' },
      { to: 'origin', value: 'github' },
    ];
    const record = { id: 1, user: { login: 'ann' }, places: [{ city: 'Rome' }, { city: 'Paris' }], zip: '0123' };
    const expected = { id: 1, author: 'ann', address: { city: 'Paris', zip: '0123' }, origin: 'github' };
    expect(await rowOf(mapping, record)).toEqual(expected);
    expect(await rowOf(mapping, { id: 2, zip: null })).toEqual({
      ...{ id: 2, address: { city: 'unknown', zip: null }, origin: 'github' },
    });
  });

  it('reads columns that have a dot in their name, and never what an object inherits', async () => {
    expect(await rowOf([{ to: 'name', from: 'first.name' }], { 'first.name': 'Ann' })).toEqual({ name: 'Ann' });
    const inherited: MappingEntry[] = [
      { to: 'a', from: 'constructor' },
      { to: 'b', from: 'user.__proto__' },
      { to: 'c', expression: 'constructor' },
    ];
    expect(await rowOf(inherited, { user: {} })).toEqual({ c: null });
  });

  it('keeps a field that is called __proto__ from becoming a prototype', async () => {
    const record = JSON.parse('{"id":1,"__proto__":{"isAdmin":true}}') as JsonObject;
    const row = await rowOf([{ pick: ['*'] }], record);
    expect(row).toEqual({ id: 1 });
    expect('isAdmin' in row).toBe(false);
    expect(mappingProblems([{ to: 'a.__proto__.b', from: 'x' }], undefined)).toEqual([
      expect.objectContaining({ field: '[0].to' }),
    ]);
  });

  it.each([
    ['integer', '42', 42],
    ['integer', '9007199254740993', '9007199254740993'],
    ['integer', '', null],
    ['number', '1.50', 1.5],
    ['number', '0.1234567890123456789', '0.1234567890123456789'],
    ['boolean', 'Yes', true],
    ['text', 12, '12'],
    ['json', { a: [1] }, '{"a":[1]}'],
    ['date', '2026-01-31T23:30:00-02:00', '2026-02-01'],
    ['timestamp', '2026-01-31 09:00:00+01:00', '2026-01-31T08:00:00.000Z'],
  ] as const)('makes %s of %j', async (type, given, expected) => {
    expect(await rowOf([{ to: 'a', from: 'a', type }], { a: given })).toEqual({ a: expected });
  });

  it.each([
    ['integer', '12.5'],
    ['integer', 'twelve'],
    ['number', '0x10'],
    ['number', [1]],
    ['boolean', 'maybe'],
    ['date', '01/02/2026'],
    ['date', '2026-02-30'],
    ['timestamp', '2026-03-31T09:00:00'],
  ] as const)('refuses to make %s of %j, and names the field without the value', async (type, given) => {
    const problem = await problemOf([{ to: 'amount', from: 'a', type }], { a: given });
    expect(problem).toMatchObject({ field: 'amount', code: 'CAST_FAILED' });
    expect(problem!.message).not.toContain(String(given));
  });

  it('reads epochs', async () => {
    const mapping: MappingEntry[] = [{ to: 'at', from: 'at', type: 'timestamp', format: 'epochSeconds' }];
    expect(await rowOf(mapping, { at: 1_769_850_000 })).toEqual({ at: '2026-01-31T09:00:00.000Z' });
  });

  it('evaluates expressions and templates', async () => {
    const mapping: MappingEntry[] = [
      { to: 'names', expression: 'labels[].name' },
      { to: 'slug', template: '{{owner.login}}/{{name}}' },
    ];
    const record = { labels: [{ name: 'bug' }, { name: 'ui' }], owner: { login: 'acme' }, name: 'app' };
    expect(await rowOf(mapping, record)).toEqual({ names: ['bug', 'ui'], slug: 'acme/app' });
    expect(await problemOf([{ to: 't', template: '{{labels}}' }], record)).toMatchObject({ code: 'TEMPLATE_FAILED' });
    expect(await problemOf([{ to: 't', expression: 'abs(name)' }], record)).toMatchObject({
      ...{ field: 't', code: 'EXPRESSION_FAILED' },
    });
  });

  it('refuses the row without a required field, and only that row', async () => {
    const mapping: MappingEntry[] = [{ pick: ['id'] }, { to: 'email', from: 'contact.email', required: true }];
    const rows = await mapped(mapping, { id: 1 }, { id: 2, contact: { email: 'a@b.c' } });
    expect(rows).toEqual([
      { row: { id: 1 }, problem: expect.objectContaining({ field: 'email', code: 'REQUIRED_FIELD_MISSING' }) },
      { row: { id: 2, email: 'a@b.c' } },
    ]);
  });

  it('masks, and takes nothing that it masks along with the rest', async () => {
    const mapping: MappingEntry[] = [
      { pick: ['*'] },
      { to: 'email', from: 'email', mask: 'hash' },
      { to: 'name', expression: 'upper(name)', mask: 'redact' },
      { to: 'card', from: 'card.number', mask: 'last4' },
    ];
    const record = { id: 7, email: 'ann@example.com', name: 'Ann', card: { number: '4111111111111234', cvc: '999' } };
    const row = await rowOf(mapping, record);
    expect(row).toEqual({ id: 7, email: expect.stringMatching(/^[0-9a-f]{64}$/), name: '***', card: '***1234' });
    expect(await rowOf(mapping, { ...record, id: 8 })).toEqual({ ...row, id: 8 });
    const other = await compileMapping(mapping, { key: Buffer.from('another') }).map([{ data: record }]);
    expect(other[0]!.row['email']).not.toBe(row['email']);
  });

  it('says that it hides the id of a record', async () => {
    const mapping = compileMapping([{ to: 'email', from: 'email', mask: 'hash' }], { key });
    const data = { email: 'ann@example.com' };
    const rows = await mapping.map([
      { data, externalId: data.email },
      { data, externalId: '7' },
    ]);
    expect(rows.map(({ hidesId }) => hidesId)).toEqual([true, undefined]);
  });

  it('shows nothing of a short value', async () => {
    expect(await rowOf([{ to: 'pin', from: 'pin', mask: 'last4' }], { pin: '1234' })).toEqual({ pin: '***' });
  });
});

describe('hostile mappings and records', () => {
  const list = Array.from({ length: 30_000 }, (_, at) => ({ at }));

  it('ends what takes too long, and goes on with the next record', async () => {
    const mapping: MappingEntry[] = [
      { to: 'id', from: 'id' },
      { to: 'n', expression: 'length(items[?contains(map(&to_string(@), $.items), to_string(@))])' },
    ];
    const rows = await mapped(mapping, { id: 1, items: list }, { id: 2, items: [] });
    expect(rows).toEqual([
      { row: { id: 1 }, problem: expect.objectContaining({ field: 'n', code: 'EXPRESSION_FAILED' }) },
      { row: { id: 2, n: 0 } },
    ]);
  });

  it('ends what makes too much', async () => {
    const doubled = `[@]${' | [@, @][]'.repeat(40)}`;
    const rows = await mapped([{ to: 'a', expression: doubled }], { id: 1 });
    expect(rows[0]!.problem).toMatchObject({ field: 'a', code: 'EXPRESSION_FAILED' });
    const long = await mapped([{ to: 'a', expression: "pad_left(id, `2000000`, '-')" }], { id: 'x' });
    expect(long[0]!.problem).toMatchObject({ field: 'a', code: 'EXPRESSION_FAILED' });
  });

  it('refuses a record that is nested without end', async () => {
    let deep: JsonObject = {};
    for (let level = 0; level < 50_000; level++) deep = { deep };
    const rows = await mapped([{ to: 'a', expression: 'a' }], { a: 1 }, { deep });
    expect(rows.map(({ problem }) => problem?.code)).toEqual([undefined, 'RECORD_TOO_DEEP']);
  });
});

describe('the faults of a mapping', () => {
  it.each<readonly [string, MappingEntry[], readonly string[] | undefined]>([
    ['[0].to', [{ from: 'a' }], undefined],
    ['[0]', [{ to: 'a' }], undefined],
    ['[0].expression', [{ to: 'a', from: 'a', expression: 'a' }], undefined],
    ['[0].expression', [{ to: 'a', expression: 'a[' }], undefined],
    ['[0].template', [{ to: 'a', template: '{{a' }], undefined],
    ['[0].template', [{ to: 'a', template: '{{a[}}' }], undefined],
    ['[0].from', [{ to: 'a', from: 'a..b' }], undefined],
    [
      '[1].to',
      [
        { to: 'a', from: 'a' },
        { to: 'a.b', from: 'b' },
      ],
      undefined,
    ],
    ['[0].format', [{ to: 'a', from: 'a', format: 'epochMillis' }], undefined],
    ['[0].mask', [{ to: 'a', value: 'x', mask: 'hash' }], undefined],
    ['[0].mask', [{ to: 'a', from: 'x', mask: 'redact' }], ['a']],
    ['[1].pick[0]', [{ to: 'a', from: 'x', mask: 'hash' }, { pick: ['x'] }], undefined],
    ['', [{ to: 'a', from: 'a' }], ['id']],
  ])('name the field %s', (field, mapping, names) => {
    expect(mappingProblems(mapping, names).map((fault) => fault.field)).toEqual([field]);
  });
});
