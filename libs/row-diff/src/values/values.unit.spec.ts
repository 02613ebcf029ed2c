import { describe, expect, it } from '@jest/globals';
import { ValueReader } from './value-reader.js';
import { ValueWriter } from './value-writer.js';

function canonical(value: unknown): string {
  const writer = new ValueWriter();
  writer.column(value);
  return writer.canonical.toString('hex', 0, writer.length);
}

function roundTrip(...values: unknown[]): unknown[] {
  const writer = new ValueWriter();
  for (const value of values) writer.column(value);
  const bytes = Buffer.concat([
    writer.canonical.subarray(0, writer.length),
    writer.kinds.subarray(0, writer.kindsLength),
  ]);
  const reader = new ValueReader();
  reader.open(bytes, 0, writer.length);
  return values.map(() => reader.value());
}

/** A number that no double represents, as JSON.parse can keep it. */
const raw = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);

const bytes = (...values: number[]) => new Uint8Array(values);

describe('canonical values', () => {
  it.each<[string, unknown, unknown]>([
    ['a number and its decimal text', 1.5, '1.5'],
    ['a number and the same bigint', 12, 12n],
    ['a large number and the same bigint', 2 ** 60, 2n ** 60n],
    ['a number with an exponent and the bigint', 1e21, 10n ** 21n],
    ['a small number and its plain decimals', 1.5e-7, '0.00000015'],
    ['a negative small number and its plain decimals', -2e-9, '-0.000000002'],
    ['0 and -0', 0, -0],
    ['-0 and its text', -0, '0'],
    ['NaN and NaN', NaN, 0 / 0],
    ['NaN and its text, as PostgreSQL prints it', NaN, 'NaN'],
    ['Infinity and its text', -Infinity, '-Infinity'],
    ['null and missing', null, undefined],
    ['a decimal of many digits and its plain text', raw('12345678901234567890.10'), '12345678901234567890.1'],
    ['one number with and without an exponent', raw('1.2345678901234567890e5'), raw('123456.78901234567890')],
    ['a large number with an exponent and its plain text', raw('1e23'), '100000000000000000000000'],
    ['a number beyond every double and its plain text', raw('-25e399'), `-25${'0'.repeat(399)}`],
    ['numbers too long to write out', raw('1.0e999999999'), raw('10e999999998')],
    ['zero in many digits', raw('-0.000000000000000000000e7'), 0],
    ['the same large numbers inside JSON', [raw('1.50000000000000000000001')], [raw('15.0000000000000000000001e-1')]],
    ['a time without seconds', '2026-01-01T00:00Z', '2026-01-01T00:00:00.000Z'],
    ['a time in small letters', '2026-01-01t00:00:00z', '2026-01-01T00:00:00Z'],
    ['a date and its ISO text', new Date('2026-03-01T12:00:00.250Z'), '2026-03-01T12:00:00.250Z'],
    ['one instant in two zones', '2026-03-01T14:00:00+02:00', '2026-03-01T12:00:00Z'],
    ['an instant as PostgreSQL and as ISO write it', '2026-03-01 12:00:00.5+00', '2026-03-01T12:00:00.500Z'],
    ['JSON with another order of keys', { a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }],
    ['JSON with an undefined member and without', { a: 1, b: undefined }, { a: 1 }],
    ['a Buffer and a Uint8Array', Buffer.from([1, 255]), bytes(1, 255)],
    ['bytes and their ArrayBuffer', bytes(7, 8), bytes(7, 8).buffer],
    ['numbers of an array and of a typed array', [1.5, 2], new Float32Array([1.5, 2])],
    ['a value and what its toJSON gives', { toJSON: () => '12.50' }, '12.50'],
  ])('treats %s as the same', (_, a, b) => {
    expect(canonical(a)).toBe(canonical(b));
  });

  it.each<[string, unknown, unknown]>([
    ['decimal texts of different scale', '1.50', '1.5'],
    ['a number and a text of another scale', 1.5, '1.50'],
    ['leading zeros', '007', 7],
    ['numbers that differ in the last bit', 0.1 + 0.2, 0.3],
    ['bigints beyond 2^53', 2n ** 53n, 2n ** 53n + 1n],
    ['null and the empty text', null, ''],
    ['null and 0', null, 0],
    ['null and the text null', null, 'null'],
    ['true and its text', true, 'true'],
    ['true and 1', true, 1],
    ['true and false', true, false],
    ['a date and its milliseconds', new Date(5), 5],
    ['instants that differ by a microsecond', '2026-03-01T12:00:00.000001Z', '2026-03-01T12:00:00.000002Z'],
    ['a text without a zone and with one', '2026-03-01T12:00:00', '2026-03-01T12:00:00Z'],
    ['a day that does not exist', '2026-02-30T12:00:00Z', '2026-03-02T12:00:00Z'],
    ['composed and decomposed letters', '\u00e9', 'e\u0301'],
    ['upper and lower case', 'a', 'A'],
    ['a trailing blank', 'a', 'a '],
    ['the order of an array', [1, 2], [2, 1]],
    ['nesting of arrays', [[1], 2], [[1, 2]]],
    ['an array and an object', [], {}],
    ['number and text inside JSON', { a: 1 }, { a: '1' }],
    ['a large number and its text inside JSON', [raw('12345678901234567890')], ['12345678901234567890']],
    ['large numbers that differ in their last digit', raw('1.0000000000000000000001'), raw('1.0000000000000000000002')],
    ['JSON and its text', { a: 1 }, '{"a":1}'],
    ['null and missing inside JSON', { a: null }, {}],
    ['bytes and their text', bytes(65), 'A'],
    ['empty bytes and the empty text', bytes(), ''],
    ['a member that is an object and its members', { a: { b: 1 } }, { a: {}, b: 1 }],
    ['an invalid date and null', new Date(NaN), null],
  ])('distinguishes %s', (_, a, b) => {
    expect(canonical(a)).not.toBe(canonical(b));
  });

  it('separates columns regardless of their texts', () => {
    const of = (...values: unknown[]) => {
      const writer = new ValueWriter();
      for (const value of values) writer.column(value);
      return writer.canonical.toString('hex', 0, writer.length);
    };
    expect(of('ab', 'c')).not.toBe(of('a', 'bc'));
    expect(of('a', null)).not.toBe(of(null, 'a'));
    expect(of('a\u00ff', 'b')).not.toBe(of('a', '\u00ffb'));
  });

  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a Map', new Map()],
    ['a Set', new Set()],
  ])('refuses %s, which has no value', (_, value) => {
    expect(() => canonical(value)).toThrow(TypeError);
    expect(() => canonical({ nested: [value] })).toThrow(TypeError);
  });

  it('refuses an object that contains itself', () => {
    const self: Record<string, unknown> = {};
    self['self'] = self;
    expect(() => canonical(self)).toThrow('contains itself');
  });

  it('restores every value', () => {
    const values = [
      ...[null, undefined, true, false, '', 'text', 'ä€😀', 'x'.repeat(100), 'ä'.repeat(100), '\u0000', '\ufffd'],
      ...[0, -0, 1, -1, 10, 999_999_999, 1_000_000_000, -12.25, 0.05, 1234.5678, 0.1 + 0.2, 1e21, 1e-7, -5e-324],
      ...[1.7976931348623157e308, 2 ** 53, NaN, Infinity, -Infinity, 10n ** 30n, -7n],
      ...[new Date(0), new Date(-1), '2026-03-01 12:00:00.123456+05:30', '2026-02-30T12:00:00Z'],
      ...[
        bytes(),
        bytes(0, 9, 255, 10),
        [],
        {},
        [[[]]],
        [null, 'a', 1n, -0],
        { '': 1, ä: { b: [bytes(9), new Date(1)] } },
        raw('12345678901234567890.10'),
        [raw('1.5e400'), 'a', raw('-1e-400')],
      ],
      JSON.parse('{"__proto__": {"polluted": true}}') as unknown,
    ];
    roundTrip(...values).forEach((value, i) => expect(value).toEqual(values[i]));
    expect((roundTrip(new Date(NaN))[0] as Date).getTime()).toBeNaN();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('writes numbers of few digits as their text', () => {
    for (const number of [0.1, 0.25, 0.001, 12.3456, 99.99, 1e-4, 123456.7, 999_999_999, 5, 10, 100.5, 0.9999, 1e8]) {
      expect(canonical(number)).toBe(canonical(String(number)));
      expect(canonical(-number)).toBe(canonical(String(-number)));
      expect(roundTrip(number, -number)).toEqual([number, -number]);
    }
  });
});
