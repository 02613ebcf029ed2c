import { describe, expect, it } from '@jest/globals';
import { visible } from './visible.js';

describe('visible text', () => {
  it('controls no terminal, and leaves lines, tabs and languages as they are', () => {
    expect(visible('a\u001b[2J\rb\u009b\u007f\u202e\u2066')).toBe('a\\u001b[2J\\u000db\\u009b\\u007f\\u202e\\u2066');
    expect(visible('ü\n\t日本語 👍')).toBe('ü\n\t日本語 👍');
  });

  it('leaves JSON the same JSON', () => {
    const value = { 'k\u009b': 'a\u0000\u001b\u007f\u202e\n' };
    const text = visible(JSON.stringify(value));
    expect(text).not.toMatch(/[^\x20-\x7e]/);
    expect(JSON.parse(text)).toEqual(value);
  });
});
