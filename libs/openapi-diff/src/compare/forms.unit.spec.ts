import { describe, expect, it } from '@jest/globals';
import { compare, normalize, parse, type Change, type CompareOptions, type JsonObject } from '../index.js';
import { rulesOf } from '../testing/api.js';

const base = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } };

/** One operation that takes and gives the schema. */
const api = (schema: JsonObject, version = '3.1.0', schemas: JsonObject = {}): JsonObject => {
  const content = { 'application/json': { schema } };
  return {
    openapi: version,
    info: { title: 't', version: '1' },
    paths: { '/x': { post: { requestBody: { content }, responses: { 200: { description: 'ok', content } } } } },
    components: { schemas: { Base: base, ...schemas } },
  };
};

const between = (before: JsonObject, after: JsonObject, options: CompareOptions = {}): Change[] =>
  compare(parse(JSON.stringify(before)), parse(JSON.stringify(after)), options).changes;

const ref = { $ref: '#/components/schemas/Base' };
const kind = { type: 'string', enum: ['a', 'b'] };

describe('another version of the specification', () => {
  const schemas: [old: JsonObject, now: JsonObject][] = [
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      { type: 'integer', maximum: 9, exclusiveMaximum: true },
      { type: 'integer', exclusiveMaximum: 9 },
    ],
  ];
  const hook = { news: { post: { responses: { 200: { description: 'ok' } } } } };

  it.each(['tidemark', 'oasdiff'] as const)(
    'is no change where it only writes the same otherwise (levels of %s)',
    (levels) => {
      for (const [old, now] of schemas) {
        const before = { ...api(old, '3.0.3'), 'x-webhooks': hook };
        const after = { ...api(now), webhooks: hook };
        expect(between(before, after, { levels })).toEqual([]);
        expect(between(after, before, { levels })).toEqual([]);
      }
    },
  );
});

describe('two ways to say the same', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'nullable and a type of null',
      api({ type: 'string', nullable: true }, '3.0.3'),
      api({ type: ['string', 'null'] }),
    ],
    [
      'exclusive bounds',
      api({ type: 'integer', minimum: 1, exclusiveMinimum: true }, '3.0.3'),
      api({ type: 'integer', exclusiveMinimum: 1 }),
    ],
    ['an example', api({ type: 'string', example: 'x' }, '3.0.3'), api({ type: 'string', examples: ['x'] })],
    ['bytes', api({ type: 'string', format: 'byte' }, '3.0.3'), api({ type: 'string', contentEncoding: 'base64' })],
    [
      'a file',
      api({ type: 'string', format: 'binary' }, '3.0.3'),
      api({ contentMediaType: 'application/octet-stream' }),
    ],
    ['const and an enum of one', api({ type: 'string', const: 'x' }), api({ type: 'string', enum: ['x'] })],
    [
      'a choice with null, and null',
      api({ oneOf: [{ type: 'null' }, kind] }),
      api({ anyOf: [kind, { type: 'null' }] }),
    ],
    [
      'inheritance written out',
      api({ allOf: [ref, { properties: { n: { type: 'integer' } } }] }),
      api({ type: 'object', required: ['id'], properties: { id: { type: 'string' }, n: { type: 'integer' } } }),
    ],
    [
      'inheritance through another schema',
      api({ allOf: [{ $ref: '#/components/schemas/Mid' }] }, '3.1.0', { Mid: { allOf: [ref] } }),
      api({ allOf: [ref] }, '3.1.0', { Mid: { allOf: [ref] } }),
    ],
    ['alternatives in another order', api({ oneOf: [ref, kind] }), api({ oneOf: [kind, ref] })],
    [
      'a schema under another name',
      api({ $ref: '#/components/schemas/Other' }, '3.1.0', { Other: base }),
      api(ref, '3.1.0', { Other: base }),
    ],
    [
      'an empty additionalProperties',
      api({ ...base, additionalProperties: {} }),
      api({ ...base, additionalProperties: true }),
    ],
    [
      'a reference to a place that is no component',
      api({ $ref: '#/paths/~1x/post/responses/200/content/application~1json/schema/x' }),
      api({ $ref: '#/paths/~1x/post/responses/200/content/application~1json/schema/x' }),
    ],
  ])('%s: no change', (_, before, after) => {
    const silent = (changes: Change[]): string[] =>
      rulesOf(changes.filter((change) => !change.rule.startsWith('api-schema')));
    expect(silent(between(before, after))).toEqual([]);
    expect(silent(between(after, before))).toEqual([]);
  });

  it.each<[string, JsonObject, JsonObject, string[]]>([
    [
      'a part that inherits anew',
      api(ref),
      api({ allOf: [ref, { required: ['n'], properties: { n: {} } }] }),
      ['breaking new-required-request-property', 'safe response-required-property-added'],
    ],
    [
      'null beside a changed schema',
      api(kind),
      api({ oneOf: [{ type: 'null' }, { type: 'string', enum: ['a'] }] }),
      [
        'breaking request-property-enum-value-removed',
        'breaking response-body-became-nullable',
        'safe request-body-became-nullable',
        'safe response-property-enum-value-removed',
      ],
    ],
    [
      'one type that became several',
      api({ type: 'string' }),
      api({ oneOf: [{ type: 'string' }, { type: 'integer' }] }),
      ['breaking response-body-list-of-types-widened', 'safe request-body-list-of-types-widened'],
    ],
    [
      'an object that became alternatives',
      api(base),
      api({ oneOf: [base, { type: 'object', properties: { code: {} } }] }),
      ['breaking response-body-choice-widened', 'safe request-body-choice-widened'],
    ],
    [
      'another kind of value',
      api(base),
      api({ type: 'array', items: base }),
      ['breaking request-body-type-changed', 'breaking response-body-type-changed'],
    ],
    [
      'a closed object',
      api(base),
      api({ ...base, additionalProperties: false }),
      ['breaking request-body-additional-properties-forbidden', 'safe response-body-additional-properties-forbidden'],
    ],
    [
      'a tuple in another order',
      api({ type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }] }),
      api({ type: 'array', prefixItems: [{ type: 'integer' }, { type: 'string' }] }),
      [
        'breaking request-property-type-changed',
        'breaking request-property-type-changed',
        'breaking response-property-type-changed',
        'breaking response-property-type-changed',
      ],
    ],
  ])('%s: exactly its rules', (_, before, after, rules) => {
    expect(rulesOf(between(before, after))).toEqual(rules);
  });
});

describe('media types', () => {
  const typed = (type: string, schema: JsonObject): JsonObject => {
    const document = api(schema);
    const text = JSON.stringify(document).replaceAll('application/json', type);
    return JSON.parse(text) as JsonObject;
  };

  it('are the same under a related name', () => {
    expect(rulesOf(between(typed('application/json', base), typed('application/problem+json', base)))).toEqual([
      'risky request-body-media-type-changed',
      'safe response-media-type-name-specialized',
    ]);
  });

  it('decide whether a number may become a text', () => {
    const rules = (type: string) => rulesOf(between(typed(type, { type: 'integer' }), typed(type, { type: 'string' })));
    expect(rules('application/xml')).toEqual([
      'breaking response-body-type-changed',
      'info request-body-type-compatible',
    ]);
    expect(rules('application/vnd.x+json')).toEqual([
      'breaking request-body-type-changed',
      'breaking response-body-type-changed',
    ]);
  });
});

describe('OpenAPI 2.0', () => {
  const old = (parameters: JsonObject[]): JsonObject => ({
    swagger: '2.0',
    info: { title: 't', version: '1' },
    consumes: ['application/json'],
    produces: ['application/json'],
    paths: {
      '/x/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, type: 'string' }],
        post: {
          parameters: parameters as JsonObject[],
          responses: {
            200: { description: 'ok', schema: { $ref: '#/definitions/Base' }, headers: { n: { type: 'integer' } } },
          },
        },
      },
    },
    definitions: { Base: base },
  });

  it.each<[string, JsonObject, JsonObject, string, string]>([
    [
      'a body',
      { name: 'b', in: 'body', schema: { type: 'object', properties: { n: { type: 'integer', maximum: 9 } } } },
      { name: 'b', in: 'body', schema: { type: 'object', properties: { n: { type: 'integer', maximum: 8 } } } },
      'request-property-max-decreased',
      '/paths/~1x~1{id}/post/parameters/0/schema/properties/n/maximum',
    ],
    [
      'a form field',
      { name: 'f', in: 'formData', type: 'integer', maximum: 9 },
      { name: 'f', in: 'formData', type: 'integer', maximum: 8 },
      'request-property-max-decreased',
      '/paths/~1x~1{id}/post/parameters/0/maximum',
    ],
    [
      'a parameter',
      { name: 'q', in: 'query', type: 'integer', maximum: 9 },
      { name: 'q', in: 'query', type: 'integer', maximum: 8 },
      'request-parameter-max-decreased',
      '/paths/~1x~1{id}/post/parameters/0/maximum',
    ],
  ])('points to %s in the document as it was written', (_, before, after, rule, pointer) => {
    const [change] = between(old([before]), old([after]));
    expect([change?.rule, change?.pointer]).toEqual([rule, { before: pointer, after: pointer }]);
  });

  it('becomes the 3.x form', () => {
    const { paths, components } = normalize(
      parse(JSON.stringify(old([{ name: 'f', in: 'formData', type: 'file', required: true }]))),
    );
    expect((paths['/x/{id}'] as any).post).toMatchObject({
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { type: 'object', required: ['f'], properties: { f: { type: 'string', format: 'binary' } } },
          },
        },
      },
      responses: {
        200: {
          headers: { n: { schema: { type: 'integer' } } },
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Base' } } },
        },
      },
    });
    expect(components['schemas']).toEqual({ Base: base });
  });
});

describe('a text that is not there any more', () => {
  it('became nothing', () => {
    const { version: _version, ...info } = { title: 't', version: '1' };
    const after: JsonObject = { ...api(base), info };
    const [change] = between(api(base), after);
    expect(change!.message).toBe('The version of the API changed from 1 to nothing.');
  });
});

describe('what the API sends by itself', () => {
  it('is named as such where a shared schema changed', () => {
    const hook = (price: string): JsonObject => ({
      openapi: '3.1.0',
      info: { title: 't', version: '1' },
      webhooks: {
        sold: {
          post: {
            requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Sale' } } } },
            responses: { 200: { description: 'ok' } },
          },
        },
      },
      components: { schemas: { Sale: { type: 'object', properties: { price: { type: price } } } } },
    });
    expect(between(hook('number'), hook('string')).map(({ message }) => message)).toEqual([
      'In webhooks, property "price" of schema Sale changed type from number to string.',
    ]);
  });

  it('takes integers of 64 bits where the size was not written', () => {
    const query = (format?: string): JsonObject => ({
      ...api({}),
      paths: {
        '/x': {
          get: {
            parameters: [{ name: 'q', in: 'query', schema: { type: 'integer', ...(format && { format }) } }],
            responses: { 200: { description: 'ok' } },
          },
        },
      },
    });
    const worst = (from?: string, to?: string) => between(query(from), query(to)).map(({ severity }) => severity);
    expect(worst(undefined, 'int64')).toEqual(['safe']);
    expect(worst('int64', undefined)).toEqual(['safe']);
    expect(worst('int64', 'int32')).toEqual(['breaking']);
  });
});

describe('operations of methods that have no key of their own', () => {
  it('have the parameters of their path', () => {
    const purge = (required: boolean): JsonObject => ({
      openapi: '3.2.0',
      info: { title: 't', version: '1' },
      paths: {
        '/x': {
          parameters: [{ name: 'q', in: 'query', required, schema: { type: 'string' } }],
          additionalOperations: { PURGE: { responses: { 200: { description: 'ok' } } } },
        },
      },
    });
    const changes = between(purge(false), purge(true));
    expect(rulesOf(changes)).toEqual(['breaking request-parameter-became-required']);
    expect(changes[0]!.operation).toEqual({ method: 'purge', path: '/x' });
  });
});
