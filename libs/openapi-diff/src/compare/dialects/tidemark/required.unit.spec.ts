import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../index.js';
import { severities, type Place } from '../../../testing/caller.js';

const Seat = { type: 'object', properties: { row: { type: 'integer' }, side: { type: 'string' } } };
const seat = { $ref: '#/components/schemas/Seat' };

/** Ways to require names of an object that does not list them itself. */
const FORMS: readonly (readonly [string, (required: string[]) => JsonObject])[] = [
  ['in a sibling part', (required) => ({ allOf: [seat, { required }] })],
  ['beside allOf', (required) => ({ required, allOf: [seat] })],
  ['beside a reference', (required) => ({ ...seat, required })],
  ['two parts down', (required) => ({ allOf: [{ allOf: [seat, { required }] }, { title: 'outer' }] })],
  ['of a map', (required) => ({ type: 'object', required, additionalProperties: { type: 'string' } })],
  ['of names by pattern', (required) => ({ type: 'object', required, patternProperties: { '^[rs]': {} } })],
  ['under a condition', (required) => ({ ...Seat, if: { required: ['row'] }, then: { required } })],
  ['beside a property', (required) => ({ ...Seat, dependentSchemas: { row: { required } } })],
  ['of one of several', (required) => ({ ...Seat, anyOf: [{ required: ['side', 'row'] }, { required }] })],
];

describe('names that are required apart from their properties', () => {
  it.each(FORMS)('%s: more is refused in what is sent, less is missing in what is read', (_, form) => {
    const judged = (place: Place, before: string[], after: string[]): string =>
      severities(place, form(before), form(after), { schemas: { Seat } });
    expect(judged('sent', ['row'], ['row', 'side'])).toContain('breaking');
    expect(judged('read', ['row', 'side'], ['row'])).toMatch(/breaking|risky/);
    expect(judged('sent', ['row', 'side'], ['row'])).toMatch(/^(safe)?$/);
    expect(judged('read', ['row'], ['row', 'side'])).toMatch(/^(safe)?$/);
  });

  it('is no change when another part requires the name already', () => {
    const Strict = { ...Seat, required: ['row'] };
    const around = { schemas: { Seat: Strict } };
    expect(severities('sent', { allOf: [seat] }, { allOf: [seat, { required: ['row'] }] }, around)).toBe('');
    expect(severities('read', { allOf: [seat, { required: ['row'] }] }, { allOf: [seat] }, around)).toBe('');
  });

  it('counts what a shared part requires once', () => {
    const form = { allOf: [seat, { properties: { zone: {} } }] };
    const schemasAfter = { Seat: { ...Seat, required: ['row'] } };
    expect(severities('sent', form, form, { schemas: { Seat }, schemasAfter })).toBe('breaking');
  });
});
