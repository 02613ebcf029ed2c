import { describe, expect, it } from '@jest/globals';
import { messagePattern } from './message-pattern.js';

describe('the pattern of a message', () => {
  it.each([
    ['row 17 was refused', 'row … was refused'],
    ['value "abc" is too long for character varying(20)', 'value … is too long for character varying(…)'],
    ["invalid input: '1,2'", 'invalid input: …'],
    ['no issue 019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e', 'no issue …'],
    ['no object 64af31c9d0', 'no object …'],
    ['took 3.5 s, limit -2', 'took … s, limit …'],
    ['plain text', 'plain text'],
  ])('%s → %s', (message, pattern) => {
    expect(messagePattern(message)).toBe(pattern);
  });

  it('is found in linear time, whatever the message is', () => {
    const message = `"${'a1'.repeat(200_000)}`;
    expect(messagePattern(message).length).toBeLessThanOrEqual(500);
  });
});
