import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../index.js';
import { severities, reported } from '../../../testing/caller.js';

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const Shape = (mapping?: JsonObject): JsonObject => ({
  type: 'object',
  required: ['form'],
  properties: { form: { type: 'string' } },
  discriminator: { propertyName: 'form', ...(mapping && { mapping }) },
});
const Disc = (radius: JsonObject): JsonObject => ({ allOf: [ref('Shape'), { properties: { radius } }] });
const number = { type: 'number' };
const text = { type: 'string' };
const around = (before: JsonObject, after: JsonObject) => ({ schemas: before, schemasAfter: after });
const list = { type: 'array', items: ref('Shape') };

describe('subtypes that only a discriminator leads to', () => {
  it.each<[string, JsonObject | undefined]>([
    ['the name of the schema', undefined],
    ['a mapping by reference', { round: '#/components/schemas/Disc' }],
    ['a mapping by name', { round: 'Disc' }],
  ])('are compared by %s, once for all uses', (_, mapping) => {
    const schemas = around({ Shape: Shape(mapping), Disc: Disc(number) }, { Shape: Shape(mapping), Disc: Disc(text) });
    expect(reported('read', list, list, schemas)).toEqual([
      'breaking In responses, property "radius" of schema Disc changed type from number to string.',
    ]);
  });

  it('are found below subtypes', () => {
    const Ring = (size: JsonObject): JsonObject => ({ allOf: [ref('Disc'), { properties: { size } }] });
    const base = { Shape: Shape(), Disc: Disc(number) };
    expect(severities('sent', list, list, around({ ...base, Ring: Ring(text) }, { ...base, Ring: Ring(number) }))).toBe(
      'breaking',
    );
  });

  it('are refused when they are gone from what is sent, and new ones are risky in what is read', () => {
    const one = { Shape: Shape(), Disc: Disc(number) };
    const two = { ...one, Square: { allOf: [ref('Shape')] } };
    expect(severities('sent', list, list, around(two, one))).toContain('breaking');
    expect(severities('read', list, list, around(one, two))).toContain('risky');
    expect(severities('sent', list, list, around(one, two))).not.toMatch(/breaking|risky/);
  });
});

describe('the values of a discriminator', () => {
  const choice = (mapping?: JsonObject, propertyName = 'form'): JsonObject => ({
    oneOf: [ref('A'), ref('B')],
    discriminator: { propertyName, ...(mapping && { mapping }) },
  });
  const schemas = {
    A: { type: 'object', properties: { form: text, sort: text, a: number } },
    B: { type: 'object', properties: { form: text, sort: text, b: number } },
  };

  it.each<[string, JsonObject, JsonObject]>([
    ['a value is called otherwise', choice({ a: 'A', b: 'B' }), choice({ alpha: 'A', b: 'B' })],
    ['it stands in another property', choice(), choice(undefined, 'sort')],
  ])('break callers in both directions when %s', (_, before, after) => {
    for (const place of ['sent', 'read'] as const)
      expect(severities(place, before, after, { schemas })).toContain('breaking');
  });

  it('are the names of the schemas without a mapping', () => {
    const renamed = JSON.parse(JSON.stringify(choice()).replace('schemas/A', 'schemas/Alpha')) as JsonObject;
    const schemasAfter = { B: schemas.B, Alpha: schemas.A };
    expect(severities('sent', choice(), renamed, { schemas, schemasAfter })).toContain('breaking');
    const mapped = choice({ A: 'Alpha' });
    const kept = { ...mapped, oneOf: renamed['oneOf'] as JsonObject[] };
    expect(severities('sent', choice(), kept, { schemas, schemasAfter })).toBe('');
  });

  it('are the same by name and by reference', () => {
    const written = choice({ a: '#/components/schemas/A', b: '#/components/schemas/B' });
    expect(reported('read', choice({ a: 'A', b: 'B' }), written, { schemas })).toEqual([]);
  });
});

describe('references', () => {
  it.each<[string, string, (schema: JsonObject) => JsonObject]>([
    ['are percent-encoded', '#/components/schemas/Box%5BPart%5D', (schema) => ({ 'Box[Part]': schema })],
    ['name an anchor', '#box', (schema) => ({ Box: { $anchor: 'box', ...schema } })],
    ['name an id', 'https://a.example/box', (schema) => ({ Box: { $id: 'https://a.example/box', ...schema } })],
    [
      'name an anchor below an id',
      'https://a.example/b#c',
      (schema) => ({ B: { $id: 'https://a.example/b', $defs: { C: { $anchor: 'c', ...schema } } } }),
    ],
  ])('that %s are followed', (_, $ref, components) => {
    const schemas = around(components({ type: 'object' }), components({ type: 'object', required: ['n'] }));
    expect(severities('sent', { $ref }, { $ref }, schemas)).toContain('breaking');
    expect(severities('sent', { $dynamicRef: $ref }, { $dynamicRef: $ref }, schemas)).toMatch(/breaking/);
  });
});
