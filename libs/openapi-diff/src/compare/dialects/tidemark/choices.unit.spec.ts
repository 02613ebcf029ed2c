import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../index.js';
import { severities, reported } from '../../../testing/caller.js';

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const text = { type: 'string' };
const Card = { type: 'object', required: ['pan'], properties: { pan: text, name: text } };
const Bank = { type: 'object', required: ['iban'], properties: { iban: text } };
const around = { schemas: { Card, Bank } };
const both = [ref('Card'), ref('Bank')];

describe('a choice that comes or goes as a whole', () => {
  it.each(['oneOf', 'anyOf'])('%s narrows when it comes and widens when it goes', (keyword) => {
    const bare = { type: 'object', properties: { a: text, b: text } };
    const choosing = { ...bare, [keyword]: [{ required: ['a'] }, { required: ['b'] }] };
    expect([severities('sent', bare, choosing), severities('read', bare, choosing)]).toEqual(['breaking', 'safe']);
    expect([severities('sent', choosing, bare), severities('read', choosing, bare)]).toEqual(['safe', 'breaking']);
  });

  it('says nothing where it restricts nothing', () => {
    expect(severities('sent', text, { ...text, anyOf: [{}, { maxLength: 3 }] })).toBe('');
  });
});

describe('the members of a choice', () => {
  const event = (kind: string, more: JsonObject = {}): JsonObject => ({
    type: 'object',
    required: ['kind'],
    properties: { kind: { type: 'string', enum: [kind] }, at: text, ...more },
  });

  it('belong together by the value that distinguishes them', () => {
    const before = { oneOf: [event('made'), event('paid')] };
    const after = { oneOf: [event('paid', { by: text }), event('made', { from: text })] };
    expect(severities('sent', before, after)).toBe('safe safe');
    expect(reported('sent', before, { oneOf: [event('made')] })).toEqual([
      'breaking The request body no longer allows an object with kind "paid" (oneOf).',
    ]);
  });

  it('belong together by the references in them, and by likeness', () => {
    const pair = (name: string, more: JsonObject): JsonObject => ({ allOf: [ref(name), { properties: more }] });
    const before = { anyOf: [pair('Card', { x: text }), pair('Bank', { x: text })] };
    const after = { anyOf: [pair('Card', { x: text, y: text }), pair('Bank', { x: text, z: text })] };
    expect(severities('read', before, after, around)).toBe('safe safe');
    const written = { anyOf: [Card, { ...Bank, description: 'An account.' }] };
    expect(severities('read', { anyOf: both }, written, around)).toMatch(/^(info)?$/);
  });
});

describe('another way of writing', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['a choice of one', ref('Card'), { oneOf: [ref('Card')] }],
    ['types in a list and as a choice', { type: ['string', 'boolean'] }, { anyOf: [{ type: 'boolean' }, text] }],
    [
      'values in a list and as a choice',
      { type: 'string', enum: ['a', 'b'] },
      { oneOf: [{ const: 'a' }, { const: 'b' }] },
    ],
    [
      'null as a type and as an alternative',
      { ...Card, type: ['object', 'null'] },
      { oneOf: [ref('Card'), { type: 'null' }] },
    ],
    ['known values beside any text', text, { anyOf: [{ type: 'string', const: 'a' }, text] }],
  ])('is no change: %s', (_, one, other) => {
    for (const place of ['sent', 'read'] as const) {
      expect(severities(place, one, other, around)).toMatch(/^((safe|info) ?)*$/);
      expect(severities(place, other, one, around)).toMatch(/^((safe|info) ?)*$/);
    }
  });

  it('is reported by what is new', () => {
    const before = { type: 'object', properties: { by: ref('Card') } };
    const after = { type: 'object', properties: { by: { anyOf: both } } };
    expect(reported('read', before, after, around)).toEqual([
      'breaking Property "by" of the body of the response 200 can now also be Bank.',
    ]);
    expect(reported('sent', after, before, around)).toEqual([
      'breaking Property "by" of the request body can no longer be Bank.',
    ]);
    expect(severities('sent', before, after, around)).toBe('safe');
  });

  it('may hide no change of what is wrapped', () => {
    const schemasAfter = { Card: { ...Card, required: ['pan', 'name'] }, Bank };
    expect(severities('sent', ref('Card'), { anyOf: both }, { ...around, schemasAfter })).toContain('breaking');
  });
});
