import { describe, expect, it } from '@jest/globals';
import { compare, parse, type Change, type JsonObject } from '../index.js';

const to = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** An API with one operation, which sends the schema `A`. */
const api = (schemas: JsonObject): JsonObject => {
  const content = { 'application/json': { schema: to('A') } };
  const paths = { '/a': { get: { responses: { 200: { description: 'ok', content } } } } };
  return { openapi: '3.1.0', info: { title: 'a', version: '1' }, paths, components: { schemas } };
};

const diff = (before: JsonObject, after: JsonObject): Change[] => {
  const { changes } = compare(parse(JSON.stringify(before)), parse(JSON.stringify(after)));
  return changes.filter(({ area }) => area === 'schema');
};

const list = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('a comparison', () => {
  it('ends where one side writes out what the other refers to in a circle', () => {
    const written = { A: { properties: { p: { properties: { q: to('A'), x: { type: 'string' } } } } } };
    const referred = {
      A: { properties: { p: to('C') } },
      C: { properties: { x: { type: 'integer' }, q: { properties: { p: to('C') } } } },
    };
    const pointers = diff(api(written), api(referred)).map(({ rule, pointer }) => [rule, pointer]);
    expect(pointers).toEqual([
      [
        'response-property-type-changed',
        {
          before: '/components/schemas/A/properties/p/properties/x/type',
          after: '/components/schemas/C/properties/x/type',
        },
      ],
    ]);
    expect(diff(api(referred), api(written))).toHaveLength(1);
  });

  it('ends where a schema is nothing but itself', () => {
    expect(diff(api({ A: to('A') }), api({ A: to('B'), B: to('A') }))).toBeInstanceOf(Array);
    expect(diff(api({ A: { allOf: [to('A')] } }), api({ A: { allOf: [to('A'), { type: 'null' }] } }))).not.toEqual([]);
  });

  it('follows references however many lead on to others', () => {
    const chain = (edition: number) =>
      api(
        Object.fromEntries(
          list(2000, (index) => [
            index === 0 ? 'A' : `A${index}`,
            { properties: { next: to(`A${index + 1}`), size: { type: 'integer', maximum: index + edition } } },
          ]),
        ),
      );
    expect(diff(chain(0), chain(1))).toHaveLength(2000);
  });

  it.each([
    ['alternatives', (edition: number) => ({ oneOf: list(1000, (index) => ({ const: `${edition} ${index}` })) }), 2],
    [
      'titled alternatives',
      (edition: number) => ({
        anyOf: list(1000, (index) => ({ title: `${index}`, type: 'integer', maximum: index * 2 + edition })),
      }),
      1000,
    ],
    ['values', (edition: number) => ({ enum: list(1000, (index) => `${edition} ${index}`) }), 2],
    [
      'properties',
      (edition: number) => ({ properties: Object.fromEntries(list(1000, (index) => [`${edition} ${index}`, {}])) }),
      2000,
    ],
  ])('finds its way among thousands of %s', (_what, schema, count) => {
    expect(diff(api({ A: schema(0) }), api({ A: schema(1) }))).toHaveLength(count);
  });
});
