import { describe, expect, it } from '@jest/globals';
import { exactNumber, JsonTooDeep, parseJson } from './exact-json.js';

describe('parseJson', () => {
  it.each([
    ['{"id":9007199254740993}', { id: '9007199254740993' }],
    ['[9007199254740992, -9007199254740993,1e400]', [9007199254740992, '-9007199254740993', '1e400']],
    ['{"a":[{"b":0.12345678901234567890}]}', { a: [{ b: '0.12345678901234567890' }] }],
    ['9007199254740993', '9007199254740993'],
    ['{"a":\n12345678901234567890}', { a: '12345678901234567890' }],
  ])('keeps the digits of %s', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it.each([
    '0.30000000000000004',
    '1.0',
    '1E5',
    '100000000000000000000',
    '-0.000001',
    '1.7976931348623157e308',
    '5e-324',
  ])('gives %s as a number', (text) => {
    expect(parseJson(`[${text}]`)).toEqual([Number(text)]);
    expect(exactNumber(text)).toBe(Number(text));
  });

  it('leaves everything else unchanged', () => {
    const text =
      '{"hash":"3e5a9007199254740993","at":"2026-01-01 00:00:00","__proto__":{"x":1},"long":"9007199254740993"}';
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it('refuses values nested too deep to be serialised', () => {
    const nested = (levels: number, value: string) => '[{"a":'.repeat(levels / 2) + value + '}]'.repeat(levels / 2);
    for (const value of ['1', '9007199254740993']) {
      expect(() => JSON.stringify(parseJson(nested(500, value)))).not.toThrow();
      for (const levels of [502, 200_000]) expect(() => parseJson(nested(levels, value))).toThrow(JsonTooDeep);
    }
  });

  it('refuses text that is not JSON', () => {
    expect(() => parseJson('{"id":9007199254740993')).toThrow(SyntaxError);
    expect(() => parseJson('')).toThrow(SyntaxError);
  });
});

describe('JSON with raw numbers', () => {
  it('keeps every number that a double does not represent as a number of all its digits', () => {
    for (const text of [
      '[12345678901234567890.10]',
      '{"a":1e23,"b":[1.5e400,"12345678901234567890"]}',
      '[9007199254740993]',
    ])
      expect(JSON.stringify(parseJson(text, 'raw'))).toBe(text);
    expect(parseJson('[1.5,9007199254740991,1e2]', 'raw')).toEqual([1.5, 9007199254740991, 100]);
  });

  it('reads a plain decimal as one', () => {
    const raw = (text: string) => JSON.stringify(exactNumber(text, 'raw'));
    expect(['+1.50', '.5', '5.', '007'].map(raw)).toEqual(['1.5', '0.5', '5', '7']);
    expect(raw('+012345678901234567890.10')).toBe('12345678901234567890.10');
    expect([raw('-.12345678901234567890'), raw('12345678901234567890.e3')]).toEqual([
      '-0.12345678901234567890',
      '12345678901234567890e3',
    ]);
  });
});
