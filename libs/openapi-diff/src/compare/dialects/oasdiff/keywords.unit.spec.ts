import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../index.js';
import { check, reported, type Row } from '../../../testing/schemas.js';

const old = { version: '3.0.3' };
const person = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } };
const inner = (schema: JsonObject): JsonObject => ({ type: 'object', properties: { o: schema } });
const object = (property: JsonObject, required: string[] = []): JsonObject => ({
  type: 'object',
  properties: { a: property },
  required,
});

describe('values and bounds as oasdiff sees them', () => {
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

describe('restrictions and levels of stability as oasdiff sees them', () => {
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
      'a level that is not known is reported of properties of bodies alone',
      'query',
      { type: 'string' },
      { type: 'string', 'x-stability-level': 'odd' },
      '',
    ],
  ])('%s', check);
});

describe('properties as oasdiff sees them', () => {
  const secret = { type: 'string', writeOnly: true };
  const shown = { type: 'string', readOnly: true };
  it.each<Row>([
    ['what is read-only is never sent', 'request', object(shown, ['a']), object(shown), ''],
    [
      'a flag is reported by whether the property was required',
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

describe('schemas that lead back to themselves as oasdiff sees them', () => {
  const node = { $ref: '#/components/schemas/Node' };
  const tree = (more: JsonObject): JsonObject => ({
    Node: { type: 'object', properties: { kids: { type: 'array', items: node } }, ...more },
  });
  it.each<Row>([
    [
      'are reported where they stand first',
      'request',
      node,
      node,
      'request-body-all-of-added',
      { schemas: tree({}), schemasAfter: tree({ allOf: [{ minProperties: 1 }] }) },
    ],
    [
      'are not looked into where only one side leads back',
      'request',
      node,
      node,
      '',
      {
        schemas: { Node: { type: 'object', properties: { next: node } } },
        schemasAfter: { Node: { type: 'object', properties: { next: person } } },
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
        schemasAfter: {
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
    const given = { schemas: chain('string'), schemasAfter: chain('integer') };
    const written = object({ $ref: '#/components/schemas/S1' });
    const either = (schema: JsonObject): JsonObject => ({ anyOf: [schema, { type: 'string' }] });
    expect(reported('request', either(written), either({ $ref: '#/components/schemas/S0' }), given)).toBe(
      'request-body-any-of-added request-body-any-of-removed',
    );
    expect(reported('request', written, written, given)).toBe('request-property-type-changed');
  });
});
