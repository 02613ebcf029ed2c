import { describe, expect, it } from '@jest/globals';
import { mayReferElsewhere } from './references.js';

describe('a quick look for references', () => {
  it.each([
    ['{"$ref":"#/a"}', false],
    ['{"$ref" : "#/a"}', false],
    ["$ref: '#/a'", false],
    ['"$ref": "#/a"', false],
    ['{"$ref":"a.json"}', true],
    ['{ "$ref":\n "a.json"}', true],
    ["$ref: './a.yaml#/b'", true],
    ['$ref: a.yaml', true],
    ['$ref: >-\n  a.yaml', true],
    ['{}', false],
  ])('recognises in %j a reference to elsewhere: %s', (text, expected) => {
    expect(mayReferElsewhere(text)).toBe(expected);
  });
});
