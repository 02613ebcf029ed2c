import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../json.js';
import { judged } from '../../../testing/caller.js';

const text = { type: 'string' };
const none = { type: 'null' };
const kinds = { type: 'string', enum: ['a', 'bb'] };
const object = { type: 'object', properties: { a: text } };

/** The worst of what a caller hears of a body that is sent, and of one that is read. */
const worst = (before: JsonObject, after: JsonObject): string =>
  (['sent', 'read'] as const)
    .map((place) => {
      const found = new Set<string>(judged(place, before, after).map(({ severity }) => severity));
      return ['breaking', 'risky', 'safe', 'info'].find((severity) => found.has(severity)) ?? '-';
    })
    .join(' ');

describe('what a schema accepts', () => {
  it.each<[what: string, before: JsonObject, after: JsonObject, forth: string, back: string]>([
    [
      'a bound of integers that moved by one',
      { type: 'integer', exclusiveMinimum: -1 },
      { type: 'integer', exclusiveMinimum: 0 },
      'breaking safe',
      'safe breaking',
    ],
    [
      'a property that falls under the schema of unlisted ones',
      { type: 'object', properties: { a: text }, additionalProperties: { type: 'integer' } },
      { type: 'object', additionalProperties: { type: 'integer' } },
      'breaking breaking',
      'breaking breaking',
    ],
    [
      'an alternative beside a nullable list',
      { anyOf: [kinds, none] },
      { anyOf: [kinds, none, object] },
      'safe breaking',
      'breaking safe',
    ],
    [
      'null that becomes anything',
      { anyOf: [object, none] },
      { anyOf: [object, {}] },
      'safe breaking',
      'breaking safe',
    ],
    [
      'null or text that becomes anything',
      { anyOf: [{ type: 'integer' }, none] },
      {},
      'safe breaking',
      'breaking safe',
    ],
    [
      'null that becomes null or text',
      { anyOf: [kinds, none] },
      { anyOf: [kinds, { type: ['null', 'integer'] }] },
      'safe breaking',
      'breaking safe',
    ],
    ['another type beside listed values', kinds, { enum: ['a', 'bb'] }, 'info info', 'info info'],
    [
      'a type that none of the values has',
      kinds,
      { type: ['string', 'number'], enum: ['a', 'bb'] },
      'info info',
      'info info',
    ],
    [
      'null within an alternative of a nullable choice',
      { anyOf: [{ anyOf: [text, object] }, none] },
      { anyOf: [{ anyOf: [{ type: ['string', 'null'] }, object] }, none] },
      '- -',
      '- -',
    ],
    ['null in a wrapping', { anyOf: [kinds, none] }, { anyOf: [kinds, { allOf: [none] }] }, '- -', '- -'],
    ['a choice in a wrapping', { anyOf: [kinds, none] }, { oneOf: [{ anyOf: [kinds, none] }] }, '- -', '- -'],
    [
      'an alternative that another one covers',
      { anyOf: [text, none] },
      { anyOf: [text, none, { oneOf: [kinds] }] },
      '- -',
      '- -',
    ],
    [
      'values in the place of limits that they meet',
      { ...kinds, minLength: 1 },
      { type: 'string', minLength: 1 },
      'safe risky',
      'breaking safe',
    ],
    [
      'whole multiples',
      { type: 'number', multipleOf: 3 },
      { type: 'integer', multipleOf: 3 },
      'info info',
      'info info',
    ],
  ])('%s', (_, before, after, forth, back) => {
    expect({ forth: worst(before, after), back: worst(after, before) }).toEqual({ forth, back });
  });
});
