import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { parse } from './parse.js';
import { ParseError } from './parse-error.js';

const minimal = { openapi: '3.0.3', info: { title: 'a', version: '1' }, paths: { '/a': { get: { responses: {} } } } };

const refusal = (text: string | Uint8Array, options = {}): ParseError => {
  try {
    parse(text, { source: 'a.json', ...options });
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

describe('parse', () => {
  it('reads JSON, YAML, bytes and a byte order mark alike', () => {
    const json = JSON.stringify(minimal);
    const texts = [json, stringify(minimal), new TextEncoder().encode(json), `\uFEFF${json}`];
    for (const text of texts) expect(parse(text).document).toEqual(minimal);
    expect(texts.map((text) => parse(text).format)).toEqual(['json', 'yaml', 'json', 'json']);
  });

  it.each([
    ['swagger: "2.0"', '2.0', '2.0'],
    ['swagger: 2.0', '2.0', '2.0'],
    ['openapi: 3.0.0', '3.0', '3.0.0'],
    ['openapi: 3.1', '3.1', '3.1'],
    ['openapi: 3.1.1', '3.1', '3.1.1'],
    ['openapi: 3.2.0', '3.1', '3.2.0'],
  ])('reads the version in %s', (line, version, versionText) => {
    const parsed = parse(`${line}\npaths: {}`);
    expect([parsed.version, parsed.versionText]).toEqual([version, versionText]);
  });

  it.each([
    ['{"openapi": "3.0.0",\n "paths": {"/a": ', 2, 17, /truncated/],
    ['{"openapi": "3.0.0",\n "paths": {"/a', 2, 12, /inside this string/],
    ['{\n "a": 1,\n}', 3, 1, /key in quotes/],
    ['{"a": nul}', 1, 7, /value should start/],
    ['{"a": 01}', 1, 7, /value should start/],
    ['{"a": [1 2]}', 1, 10, /"," or "]"/],
    ['{"a": "\u0001"}', 1, 7, /control character/],
    ['{"a": 1} x', 1, 10, /after the end/],
    ['[', 1, 2, /truncated/],
  ])('says where the JSON %j goes wrong', (text, line, column, reason) => {
    const error = refusal(text);
    expect([error.line, error.column]).toEqual([line, column]);
    expect(error.reason).toMatch(reason);
    expect(error.message).toBe(`a.json:${line}:${column}: ${error.reason}`);
  });

  it.each([
    ['an alias of nothing', 'x: 1\ny: [*a]\n', 3, 5, /the anchor "a" is not set/],
    ['an alias of what it is in', 'x: &a\n  b: *a\n', 3, 6, /the anchor "a" contains/],
    ['a second document', 'x: 1\n---\nopenapi: 3.0.0\n', 3, 1, /another YAML document/],
    ['values nested too deep', `x: ${'['.repeat(600)}${']'.repeat(600)}`, 2, 503, /nested more than/],
  ])('says where in YAML there is %s', (_, text, line, column, reason) => {
    const error = refusal(`openapi: 3.0.0\n${text}`);
    expect([error.line, error.column]).toEqual([line, column]);
    expect(error.reason).toMatch(reason);
  });

  it('says where in JSON values are nested too deep', () => {
    const text = `{"openapi": "3.0.0", "[{": 1,\n "x": ${'['.repeat(600)}${']'.repeat(600)}}`;
    expect(refusal(text)).toMatchObject({ line: 2, column: 506, reason: expect.stringMatching(/more than 500 deep/) });
  });

  it('says where YAML goes wrong', () => {
    const error = refusal('openapi: 3.0.0\npaths:\n  /a: [1, 2\ninfo: {}\n');
    expect(error.line).toBeGreaterThanOrEqual(3);
    expect(error.reason).toMatch(/not valid YAML/);
  });

  it('refuses a key written twice in YAML', () => {
    expect(refusal('openapi: 3.0.0\npaths: {}\npaths: {}\n')).toMatchObject({
      line: 3,
      reason: expect.stringMatching(/unique/),
    });
  });

  it.each([
    ['null', /null, not an object/],
    ['[]', /an array, not an object/],
    ['"text"', /not an object/],
    ['{}', /neither "openapi" nor "swagger"/],
    ['{"openapi": "4.0.0"}', /"openapi" is "4.0.0"/],
    ['{"openapi": {}}', /"openapi" is an object/],
    ['{"openapi": {"toString": 1}}', /"openapi" is an object/],
    ['{"openapi": [3.0]}', /"openapi" is an array/],
    ['{"swagger": "1.2"}', /"swagger" is "1.2"/],
    ['', /the document is empty/],
    [' \n', /the document is empty/],
    ['<html><body>Not found</body></html>', /not an OpenAPI|YAML/],
  ])('refuses %j', (text, reason) => {
    expect(refusal(text).reason).toMatch(reason);
  });

  it.each([
    ['a byte of Latin-1', Buffer.from('openapi: 3.0.0\n# caf\u00e9\n', 'latin1'), 2, 6, /0xE9/],
    ['half a character', Buffer.from('openapi: é…😀', 'utf8').subarray(0, -1), 1, 12, /0xF0/],
    ['a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 1, 2, /0xED/],
    ['a character written too long', Buffer.from([0xc3, 0xa9, 0xe0, 0x80, 0xaf]), 1, 2, /0xE0/],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 1, 1, /UTF-16/],
    ['UTF-16 without a mark', Buffer.from('{"openapi"', 'utf16le'), 1, 1, /UTF-16/],
    ['a compressed text', Buffer.from([0x1f, 0x8b, 8, 0]), 1, 1, /gzip/],
  ])('refuses %s in place of UTF-8, and says where', (_, bytes, line, column, reason) => {
    const error = refusal(bytes);
    expect([error.line, error.column]).toEqual([line, column]);
    expect(error.reason).toMatch(/not UTF-8/);
    expect(error.reason).toMatch(reason);
  });

  it('refuses documents that are too long', () => {
    expect(refusal(JSON.stringify(minimal), { maxSize: 20 }).reason).toMatch(/the limit is 20/);
  });

  it.each([
    ['JSON', '{"openapi":"3.0.0","x":' + '['.repeat(10_000) + ']'.repeat(10_000) + '}'],
    ['JSON objects', '{"openapi":"3.0.0","x":' + '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000) + '}'],
    ['YAML flow', 'openapi: 3.0.0\nx: ' + '['.repeat(10_000) + ']'.repeat(10_000)],
    [
      'YAML blocks',
      'openapi: 3.0.0\nx:\n' + Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth + 1)}a:`).join('\n'),
    ],
  ])('refuses %s nested thousands deep', (_, text) => {
    expect(refusal(text).reason).toMatch(/nested|deep/);
  });

  it('refuses aliases that explode', () => {
    const lines = ['openapi: 3.0.0', 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++)
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    expect(refusal(lines.join('\n')).reason).toMatch(/aliases expand/);
  });

  it('refuses large YAML that is not plain, with the place where it is not', () => {
    const lines = Array.from({ length: 400_000 }, (_, index) => `  k${index}: v`);
    const error = refusal(`openapi: 3.0.0\nx: &x 1\ny:\n${lines.join('\n')}\n`);
    expect([error.line, error.reason]).toEqual([2, expect.stringMatching(/too large to read all of YAML/)]);
  });

  it('refuses millions of containers before reading them', () => {
    expect(refusal(`{"openapi":"3.0.0","x":[${'[],'.repeat(6_000_000)}1]}`).reason).toMatch(/more than 3000000/);
  });

  it('reads numbers that JSON does not have as null, as they are in stored JSON', () => {
    expect(parse('openapi: 3.0.0\nx: [.nan, 1]\ny: {z: -.inf, a: 1e999}\n').document).toEqual({
      openapi: '3.0.0',
      x: [null, 1],
      y: { z: null, a: null },
    });
    expect(parse('{"openapi": "3.0.0", "x": 1e999}').document).toEqual({ openapi: '3.0.0', x: null });
  });

  it('reads a document between marks', () => {
    for (const text of ['---\nopenapi: 3.0.0\n---\n', '%YAML 1.2\n---\nopenapi: 3.0.0\n...\n'])
      expect(parse(text).document).toEqual({ openapi: '3.0.0' });
  });

  it('keeps aliases and merge keys that are used sensibly', () => {
    const { document } = parse('openapi: 3.0.0\nx: &x {a: 1}\ny: *x\nz:\n  <<: *x\n  b: 2\n');
    expect(document).toEqual({ openapi: '3.0.0', x: { a: 1 }, y: { a: 1 }, z: { a: 1, b: 2 } });
  });
});

describe('locate', () => {
  it.each(['json', 'yaml'] as const)('finds the line of a pointer in %s', (format) => {
    const document = {
      ...minimal,
      paths: { '/a~b/{c}': { get: { tags: ['x', 'y'], summary: 'with "quotes" and {braces}' } } },
    };
    const text = format === 'json' ? JSON.stringify(document, null, 2) : stringify(document);
    const parsed = parse(text);
    const lines = text.split('\n');
    const lineOf = (pointer: string): string | undefined => lines[(parsed.locate(pointer)?.line ?? 0) - 1]?.trim();
    expect(lineOf('/info/version')).toMatch(/^"?version/);
    expect(lineOf('/paths/~1a~0b~1{c}/get/tags')).toMatch(/^"?tags/);
    expect(lineOf('/paths/~1a~0b~1{c}/get/tags/1')).toMatch(/y/);
    expect(lineOf('/paths/~1a~0b~1{c}/get/summary')).toMatch(/summary/);
    expect(parsed.locate('/paths/none')).toBeUndefined();
  });
});
