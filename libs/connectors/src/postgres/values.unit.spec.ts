import { describe, expect, it } from '@jest/globals';
import { arrayLiteral, encoderOf } from './encode.js';
import { lineAndColumn } from './errors.js';
import { keyTwice } from './key-twice.js';
import { isoInstant, isoTimestamp, jsonOf } from './json-values.js';

const encode = (base: string, value: unknown, element: string | null = null) =>
  encoderOf({ base, element, composite: null }, {})(value as never);

describe('JSON of PostgreSQL', () => {
  it('keeps its digits, and is refused if nested too deeply', () => {
    expect(jsonOf('{"a": 9007199254740993}')).toEqual({ a: '9007199254740993' });
    expect(() => jsonOf('['.repeat(600) + ']'.repeat(600))).toThrow('nested deeper');
  });

  it.each([
    ['{"a": 1, "b": {"a": 2}, "c": ["a", "a", {"a": 1}]}', null],
    ['{"a": "\\"a\\":", "b": "{", "a\\u0062": 1}', null],
    ['{"ab": 1, "a\\u0062": 1}', 'ab'],
    ['[{"x": {"k": [], "y": "k", "k": 0}}]', 'k'],
  ])('%j names twice: %j', (text, key) => {
    expect(keyTwice(text)).toBe(key);
  });
});

describe('values sent to PostgreSQL', () => {
  it.each([
    ['text', 'a', 'a'],
    ['text', null, null],
    ['text', { a: 1 }, '{"a":1}'],
    ['int8', '9007199254740993', '9007199254740993'],
    ['bool', true, 'true'],
    ['jsonb', 'a', '"a"'],
    ['json', [1, null], '[1,null]'],
    ['jsonb', null, null],
    ['bytea', 'AP8Q', '\\x00ff10'],
    ['bytea', '', '\\x'],
    ['bytea', '\\x00', '\\x00'],
  ])('writes as %s %j as %j', (base, value, text) => {
    expect(encode(base, value)).toBe(text);
  });

  it.each(['no base64!', 'abc', 7])('refuses %j as bytes', (value) => {
    expect(() => encode('bytea', value)).toThrow('must be base64');
  });

  it('refuses half of a character, also in an array', () => {
    expect(() => encode('text', 'a\ud800')).toThrow('contains half a character');
    expect(() => encode('_text', ['a', 'b\udc00'], 'text')).toThrow('contains half a character');
    expect(encode('text', '\ud83d\ude00')).toBe('\u{1f600}');
  });

  it('writes arrays of any depth, and leaves lists in JSON to JSON', () => {
    expect(encode('_int4', [1, null, 3], 'int4')).toBe('{"1",NULL,"3"}');
    expect(
      encode(
        '_text',
        [
          ['a', 'b"c\\d'],
          ['NULL', ''],
        ],
        'text',
      ),
    ).toBe('{{"a","b\\"c\\\\d"},{"NULL",""}}');
    expect(encode('_jsonb', [[1], { a: [2] }], 'jsonb')).toBe('{"[1]","{\\"a\\":[2]}"}');
    expect(encode('_text', [], 'text')).toBe('{}');
    expect(encode('_int4', '{1,2}', 'int4')).toBe('{1,2}');
  });

  it('quotes every value of an array, so that none is misread', () => {
    expect(arrayLiteral(['NULL', null, ' a ', '{', ',', '"', '\\'])).toBe('{"NULL",NULL," a ","{",",","\\"","\\\\"}');
  });
});

describe('times from PostgreSQL', () => {
  it.each([
    ['2026-01-02 03:04:05+00', '2026-01-02T03:04:05Z'],
    ['2026-01-02 03:04:05.123456+00', '2026-01-02T03:04:05.123456Z'],
    ['infinity', 'infinity'],
    ['0044-03-15 00:00:00+00 BC', '0044-03-15 00:00:00+00 BC'],
    ['12026-01-02 03:04:05+00', '12026-01-02 03:04:05+00'],
  ])('writes the instant %j as %j', (text, iso) => {
    expect(isoInstant(text)).toBe(iso);
  });

  it('adds no zone to a time without one', () => {
    expect(isoTimestamp('2026-01-02 03:04:05.5')).toBe('2026-01-02T03:04:05.5');
  });
});

describe('positions from PostgreSQL', () => {
  it.each([
    ['select x', 8, 1, 8],
    ['select\n  x', 10, 2, 3],
    ['\n\nx', 3, 3, 1],
    ["'😀' x", 5, 1, 5],
  ])('%j at character %d is line %d, column %d', (text, position, line, column) => {
    expect(lineAndColumn(text, position)).toEqual({ line, column });
  });
});
