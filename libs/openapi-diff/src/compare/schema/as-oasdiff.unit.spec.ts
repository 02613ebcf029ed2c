import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../index.js';
import { changesBetween } from '../../testing/api.js';

/** Where the schema stands: as a body, as a property of one, or as the schema of a parameter or header. */
type Place = 'request' | 'response' | 'request property' | 'response property' | 'query' | 'in header' | 'header';

interface Given {
  version?: string;
  media?: string;
  schemas?: JsonObject;
  /** The components after, when they are not those before. */
  schemasNow?: JsonObject;
  operation?: JsonObject;
}

const api = (place: Place, schema: JsonObject, given: Given): JsonObject => {
  const body = place.endsWith('property') ? { type: 'object', properties: { p: schema } } : schema;
  const content = { [given.media ?? 'application/json']: { schema: body } };
  const ok: JsonObject = { description: 'ok' };
  const post: JsonObject = { ...given.operation, responses: { 200: ok } };
  if (place.startsWith('request')) post['requestBody'] = { content };
  if (place.startsWith('response')) ok['content'] = content;
  if (place === 'header') ok['headers'] = { H: { schema } };
  if (place === 'query' || place === 'in header')
    post['parameters'] = [{ name: 'q', in: place === 'query' ? 'query' : 'header', schema }];
  return {
    openapi: given.version ?? '3.1.0',
    info: { title: 't', version: '1' },
    paths: { '/x': { post } },
    components: { schemas: given.schemas ?? {} },
  };
};

/** The rules that oasdiff reports, without repetition. */
const reported = (place: Place, before: JsonObject, after: JsonObject, given: Given = {}): string => {
  const changes = changesBetween(
    api(place, before, given),
    api(place, after, { ...given, schemas: given.schemasNow ?? given.schemas ?? {} }),
    {
      levels: 'oasdiff',
      perOperation: true,
    },
  );
  return [...new Set(changes.map(({ rule }) => rule))].sort().join(' ');
};

type Row = [what: string, place: Place, before: JsonObject, after: JsonObject, rules: string, given?: Given];

const check = (...[, place, before, after, rules, given]: Row): void => {
  expect(reported(place, before, after, given)).toBe(rules);
};

const old = { version: '3.0.3' };
const person = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } };
const inner = (schema: JsonObject): JsonObject => ({ type: 'object', properties: { o: schema } });
const object = (property: JsonObject, required: string[] = []): JsonObject => ({
  type: 'object',
  properties: { a: property },
  required,
});
const ref = { $ref: '#/components/schemas/Role' };
const role = { type: 'string', enum: ['user', 'admin'] };
const roles = { schemas: { Role: { ...role, title: 'Role' } } };

describe('types, with oasdiff’s levels', () => {
  it.each<Row>([
    [
      'null in a list of types counts as a type',
      'request',
      { type: ['integer', 'null'] },
      { type: 'number' },
      'request-body-became-not-nullable request-body-type-changed',
    ],
    [
      'nullable does not',
      'request',
      { type: 'integer', nullable: true },
      { type: 'number' },
      'request-body-became-not-nullable request-body-type-generalized',
      old,
    ],
    [
      'a media type is typed by its name alone',
      'request',
      { type: 'integer' },
      { type: 'string' },
      'request-body-type-compatible',
      { media: 'application/json; charset=utf-8' },
    ],
    [
      'another type of a parameter is a change even beside the old one',
      'query',
      { type: 'string' },
      { type: ['string', 'integer'] },
      'request-parameter-type-changed',
    ],
    [
      'a parameter may be a list of what it was, in another type that is written alike',
      'query',
      { type: 'integer' },
      { type: 'array', items: { type: 'string' } },
      'request-parameter-type-generalized',
    ],
    [
      'but not of narrower values',
      'query',
      { type: 'string' },
      { type: 'array', items: { type: 'string', pattern: '^a' } },
      'request-parameter-type-changed',
    ],
    [
      'words of the listed values do not count',
      'query',
      { type: 'string', description: 'one', default: 'x' },
      { type: 'array', items: { type: 'string', description: 'each' } },
      'request-parameter-default-value-removed request-parameter-type-generalized',
    ],
    [
      'a type that goes and one that comes are a widening when each value fits',
      'response',
      { type: 'integer' },
      { type: 'number' },
      'response-body-type-generalized',
    ],
  ])('%s', check);
});

describe('moves of a whole schema, with oasdiff’s levels', () => {
  it.each<Row>([
    [
      'a choice with null is nullability, whatever its words',
      'request property',
      { type: 'string' },
      {
        oneOf: [
          { type: 'null', title: 'none' },
          { type: 'string', description: 'x' },
        ],
        title: 'y',
      },
      'request-property-became-nullable',
    ],
    [
      'the same undone, with an enum in it',
      'query',
      { oneOf: [{ type: 'null' }, role] },
      role,
      'request-parameter-became-not-nullable',
    ],
    [
      'any of null and a type is a list of types',
      'request',
      { type: 'string' },
      { anyOf: [{ type: 'null' }, { type: 'string' }] },
      'request-body-list-of-types-widened',
    ],
    [
      'a list of types says nothing of the values',
      'request property',
      { type: 'string', enum: ['a'] },
      { oneOf: [{ type: 'string' }, { type: 'integer' }], discriminator: { propertyName: 'x' } },
      'request-property-enum-value-removed request-property-list-of-types-widened',
    ],
    [
      'what alternatives do not hold is removed',
      'request',
      person,
      { oneOf: [{ type: 'object', properties: { a: { type: 'string' } } }, { type: 'object' }] },
      'request-body-wrapped-in-one-of request-property-removed',
    ],
    [
      'inside of a body only the alternatives are told',
      'response property',
      person,
      { oneOf: [person, { type: 'object' }] },
      'response-property-one-of-added',
    ],
    [
      'a type that only got null says nothing else of the type',
      'response',
      { type: 'string', contentEncoding: 'base64' },
      { type: ['string', 'null'] },
      'response-body-became-nullable',
    ],
  ])('%s', check);
});

describe('members of a set of schemas, with oasdiff’s levels', () => {
  it.each<Row>([
    [
      'one that is written out matches the component that allows the same',
      'request property',
      { anyOf: [role, { type: 'null' }] },
      { anyOf: [ref, { type: 'null' }] },
      '',
      roles,
    ],
    [
      'the only two that are written out are matched before',
      'request',
      { oneOf: [{ minimum: 1 }, { $ref: '#/components/schemas/Other' }] },
      { oneOf: [{ minimum: 2 }, { $ref: '#/components/schemas/Some' }] },
      'request-body-one-of-added request-body-one-of-removed request-property-min-increased',
      { schemas: { Some: { minimum: 1 }, Other: { minimum: 9 } } },
    ],
    [
      'a title matches once',
      'request',
      {
        oneOf: [
          { title: 't', minimum: 1 },
          { title: 't', minimum: 2 },
        ],
      },
      {
        oneOf: [
          { title: 't', minimum: 3 },
          { title: 't', minimum: 4 },
        ],
      },
      'request-body-one-of-added request-body-one-of-removed request-property-min-increased',
    ],
    [
      'a part with extensions is more than words',
      'request',
      { type: 'string' },
      { type: 'string', allOf: [{ title: 't', 'x-y': 1 }] },
      'request-body-all-of-added',
    ],
    [
      'a part with words alone restricts nothing',
      'request',
      { type: 'string' },
      { type: 'string', allOf: [{ title: 't', default: 'd' }] },
      'request-body-all-of-added-annotation-only',
    ],
  ])('%s', check);
});

describe('values and bounds, with oasdiff’s levels', () => {
  const bound = (maximum: number, exclusiveMaximum?: boolean): JsonObject => ({
    type: 'number',
    maximum,
    ...(exclusiveMaximum === undefined ? {} : { exclusiveMaximum }),
  });
  it.each<Row>([
    [
      'an exclusive bound of 3.0 is the bound',
      'request',
      bound(9, true),
      bound(8, true),
      'request-body-max-decreased',
      old,
    ],
    ['and a word of its own', 'request', bound(9), bound(9, true), 'request-body-exclusive-max-set', old],
    ['that turned is milder', 'request', bound(9, false), bound(9, true), 'request-body-exclusive-max-increased', old],
    ['and nothing in a response', 'response', bound(9, false), bound(9, true), '', old],
    [
      'a constant and an enum of one are two things',
      'response property',
      { const: 'x' },
      { enum: ['x'] },
      'response-property-const-removed response-property-enum-value-added',
    ],
    ['an empty enum is one', 'request', { enum: [] }, { enum: ['a'] }, ''],
    ['null is no default', 'request', { default: null }, { default: 'a' }, 'request-body-default-value-added'],
    [
      'the bound of listed lists counts for a parameter, also in a component',
      'query',
      { type: 'array', items: { type: 'array', maxItems: 2 } },
      { type: 'array', items: { $ref: '#/components/schemas/Few' } },
      'request-parameter-max-items-decreased',
      { schemas: { Few: { type: 'array', maxItems: 1 } } },
    ],
    [
      'but not beside one of its own',
      'query',
      { type: 'array', maxItems: 1, items: { type: 'array', maxItems: 2 } },
      { type: 'array', maxItems: 5, items: { type: 'array', maxItems: 1 } },
      'request-parameter-max-items-increased',
    ],
  ])('%s', check);
});

describe('restrictions and levels of stability, with oasdiff’s levels', () => {
  it.each<Row>([
    ['a yes or no restricts nothing', 'response', {}, { unevaluatedProperties: false }, ''],
    [
      'so that a schema in its place is new',
      'response',
      { unevaluatedItems: false },
      { unevaluatedItems: { type: 'string' } },
      'response-body-unevaluated-items-added',
    ],
    [
      'a level that is not known is told of properties of bodies alone',
      'query',
      { type: 'string' },
      { type: 'string', 'x-stability-level': 'odd' },
      '',
    ],
  ])('%s', check);
});

describe('properties, with oasdiff’s levels', () => {
  const secret = { type: 'string', writeOnly: true };
  const shown = { type: 'string', readOnly: true };
  it.each<Row>([
    ['what is read-only is never sent', 'request', object(shown, ['a']), object(shown), ''],
    [
      'a flag is told by whether the property was required',
      'request',
      object({ type: 'string' }, ['a']),
      object(shown),
      'request-required-property-became-read-only',
    ],
    [
      'a body’s property is judged as it is',
      'response',
      object({ type: 'string' }, ['a']),
      object(secret),
      'response-required-property-became-write-only response-write-only-property-became-optional',
    ],
    [
      'one inside of it as it was',
      'response',
      inner(object({ type: 'string' }, ['a'])),
      inner(object(secret)),
      'response-property-became-optional response-required-property-became-write-only',
    ],
    [
      'a new property of a body was required before',
      'response',
      { type: 'object', required: ['a'] },
      object({ type: 'string' }),
      'response-optional-property-added response-property-became-optional',
    ],
    [
      'a new required property inside of a header became required, too',
      'in header',
      inner({ type: 'object' }),
      inner(object({ type: 'string' }, ['a'])),
      'new-required-request-header-property request-header-property-became-required',
    ],
  ])('%s', check);
});

describe('schemas that lead back to themselves, with oasdiff’s levels', () => {
  const node = { $ref: '#/components/schemas/Node' };
  const tree = (more: JsonObject): JsonObject => ({
    Node: { type: 'object', properties: { kids: { type: 'array', items: node } }, ...more },
  });
  it.each<Row>([
    [
      'are told where they stand first',
      'request',
      node,
      node,
      'request-body-all-of-added',
      { schemas: tree({}), schemasNow: tree({ allOf: [{ minProperties: 1 }] }) },
    ],
    [
      'are not looked into where only one side leads back',
      'request',
      node,
      node,
      '',
      {
        schemas: { Node: { type: 'object', properties: { next: node } } },
        schemasNow: { Node: { type: 'object', properties: { next: person } } },
      },
    ],
    [
      'nor where the other side leads to another component',
      'request',
      node,
      node,
      '',
      {
        schemas: { Node: { type: 'object', properties: { next: node } } },
        schemasNow: {
          Node: { type: 'object', properties: { next: { $ref: '#/components/schemas/Leaf' } } },
          Leaf: person,
        },
      },
    ],
  ])('%s', check);

  it('may lead on to others however many', () => {
    const chain = (last: string): JsonObject =>
      Object.fromEntries(
        Array.from({ length: 3000 }, (_, index) => [
          `S${index}`,
          object(index === 2999 ? { type: last } : { $ref: `#/components/schemas/S${index + 1}` }),
        ]),
      );
    const given = { schemas: chain('string'), schemasNow: chain('integer') };
    const written = object({ $ref: '#/components/schemas/S1' });
    const either = (schema: JsonObject): JsonObject => ({ anyOf: [schema, { type: 'string' }] });
    expect(reported('request', either(written), either({ $ref: '#/components/schemas/S0' }), given)).toBe(
      'request-body-any-of-added request-body-any-of-removed',
    );
    expect(reported('request', written, written, given)).toBe('request-property-type-changed');
  });
});
