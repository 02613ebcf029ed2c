import { describe, expect, it } from '@jest/globals';
import { compare, normalize, parse, type JsonObject } from '../../../index.js';
import { description, oasdiffReport, operation } from '../../../testing/small.js';

const query = (name: string, fields: JsonObject = {}): JsonObject => ({
  name,
  in: 'query',
  schema: { type: 'string' },
  ...fields,
});
const own = (...parameters: JsonObject[]): JsonObject => description({ '/a': { get: operation({ parameters }) } });
const shared = (...parameters: JsonObject[]): JsonObject => description({ '/a': { parameters, get: operation() } });
const both = (...parameters: JsonObject[]): JsonObject =>
  description({ '/a': { parameters, get: operation({ parameters }) } });

describe('parameters of a path as oasdiff sees them', () => {
  const ADDED = 'INFO new-optional-request-default-parameter-to-existing-path GET /a';

  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['come', shared(), shared(query('q')), [ADDED]],
    ['go', shared(query('q')), shared(), []],
    ['change', shared(query('q')), shared(query('q', { required: true })), []],
    ['come from the operation', own(query('q')), shared(query('q')), [ADDED, 'WARN request-parameter-removed GET /a']],
    ['go to the operation', shared(query('q')), own(query('q')), ['INFO new-optional-request-parameter GET /a']],
    ['come beside those of the operation', own(query('q')), both(query('q')), [ADDED]],
    ['go from beside those of the operation', both(query('q')), own(query('q')), []],
    [
      'are repeated in the operation',
      shared(query('q')),
      both(query('q')),
      ['INFO new-optional-request-parameter GET /a'],
    ],
    ['are no longer repeated', both(query('q')), shared(query('q')), ['WARN request-parameter-removed GET /a']],
  ])('%s', (_, before, after, lines) => {
    expect(oasdiffReport(before, after)).toEqual(lines);
  });

  it('come to all operations that the path has now', () => {
    const after = description({
      '/a': {
        parameters: [query('q', { required: true })],
        get: operation({ 'x-stability-level': 'draft' }),
        put: operation(),
      },
    });
    const before = description({ '/a': { get: operation({ 'x-stability-level': 'draft' }) } });
    expect(oasdiffReport(before, after)).toEqual([
      'ERR new-required-request-default-parameter-to-existing-path GET /a',
      'ERR new-required-request-default-parameter-to-existing-path PUT /a',
      'INFO endpoint-added PUT /a',
    ]);
  });

  it('are distinguished from those of the operation without the text, too, where they differ', () => {
    const api = (document: JsonObject) => normalize(parse(JSON.stringify(document)));
    const { changes } = compare(api(shared(query('q'))), api(own(query('q'), query('r'))), { levels: 'oasdiff' });
    expect(changes.map(({ rule }) => rule)).toContain('new-optional-request-parameter');
  });
});

describe('parameters as oasdiff sees them', () => {
  it('have case-sensitive names, also in headers', () => {
    expect(oasdiffReport(own(query('X-A', { in: 'header' })), own(query('x-a', { in: 'header' })))).toEqual([
      'INFO new-optional-request-parameter GET /a',
      'WARN request-parameter-removed GET /a',
    ]);
  });

  it('are needed when the first of their name is', () => {
    const first = query('id', { in: 'header', required: true });
    expect(oasdiffReport(own(first), own(first, query('id')))).toEqual(['ERR new-required-request-parameter GET /a']);
    expect(oasdiffReport(own(first), own(query('id'), first))).toEqual(['INFO new-optional-request-parameter GET /a']);
  });

  it.each<[string, JsonObject, string[]]>([
    ['2020-01-01', { deprecated: true, 'x-sunset': '2020-01-01' }, []],
    [
      '2030-01-01',
      { deprecated: true, 'x-sunset': '2030-01-01' },
      ['ERR request-parameter-removed-before-sunset GET /a'],
    ],
    [
      'the 30th of February',
      { deprecated: true, 'x-sunset': '2030-02-30' },
      ['ERR request-parameter-sunset-parse GET /a'],
    ],
    [
      'a time without its zone',
      { deprecated: true, 'x-sunset': '2030-01-01T10:00:00' },
      ['ERR request-parameter-sunset-parse GET /a'],
    ],
    [
      'a time',
      { deprecated: true, 'x-sunset': '2030-01-01T10:00:00+02:00' },
      ['ERR request-parameter-removed-before-sunset GET /a'],
    ],
  ])('are removed with the sunset %s', (_, fields, lines) => {
    expect(oasdiffReport(own(query('q', fields)), own())).toEqual(lines);
  });
});

describe('the properties of a request header as oasdiff sees them', () => {
  const header = (schema: JsonObject): JsonObject => own(query('H', { in: 'header', schema }));
  const object = (properties: JsonObject, ...required: string[]): JsonObject => ({
    type: 'object',
    properties,
    required,
  });
  const text = { type: 'string' };
  const NEW = 'ERR new-required-request-header-property GET /a';
  const REQUIRED = 'ERR request-header-property-became-required GET /a';

  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['come', object({}), object({ a: text }, 'a'), [NEW]],
    ['come, not needed', object({}), object({ a: text }), []],
    ['come, read only', object({}), object({ a: { ...text, readOnly: true } }, 'a'), []],
    ['come below others', object({ o: object({}) }), object({ o: object({ a: text }, 'a') }), [NEW, REQUIRED]],
    ['become required', object({ a: text }), object({ a: text }, 'a'), [REQUIRED]],
  ])('%s', (_, before, after, lines) => {
    expect(oasdiffReport(header(before), header(after))).toEqual(lines);
  });
});

describe('an exploded object as oasdiff sees it', () => {
  const exploded = (properties: JsonObject, fields: JsonObject = {}): JsonObject =>
    query('filter', { explode: true, schema: { type: 'object', properties }, ...fields });
  const text = { type: 'string' };

  it('takes the place of the parameters that its properties name', () => {
    const before = own(query('a'), query('b', { required: true }), query('z'));
    expect(oasdiffReport(before, own(exploded({ a: text, b: { type: 'integer' } })))).toEqual([
      'ERR request-parameter-type-changed GET /a',
      'INFO request-parameter-became-optional GET /a',
      'WARN request-parameter-removed GET /a',
    ]);
  });

  it('becomes the parameters that its properties name', () => {
    expect(oasdiffReport(own(exploded({ a: text, c: text })), own(query('a', { required: true }), query('z')))).toEqual(
      ['ERR request-parameter-became-required GET /a', 'INFO new-optional-request-parameter GET /a'],
    );
  });

  it.each<[string, JsonObject]>([
    ['in another style', { style: 'deepObject' }],
    ['that does not say so', { explode: undefined }],
    ['in a header', { in: 'header' }],
  ])('is a parameter like others %s', (_, fields) => {
    expect(oasdiffReport(own(query('a')), own(exploded({ a: text }, fields)))).toEqual([
      'INFO new-optional-request-parameter GET /a',
      'WARN request-parameter-removed GET /a',
    ]);
  });
});
