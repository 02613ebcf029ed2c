import { describe, expect, it } from '@jest/globals';
import { BoundedCache } from './bounded-cache.js';

describe('BoundedCache', () => {
  it('keeps the keys used last and never more than the limit', () => {
    const cache = new BoundedCache<{ n: number }>(10);
    cache.set('kept', { n: -1 });
    for (let n = 0; n < 1_000; n++) {
      cache.set(`key-${n}`, { n });
      expect(cache.get('kept')).toEqual({ n: -1 });
      expect(cache.size).toBeLessThanOrEqual(10);
    }
    expect(cache.get('key-999')).toEqual({ n: 999 });
    expect(cache.get('key-900')).toBeUndefined();
  });

  it('answers the value set last, and nothing after it was deleted', () => {
    const cache = new BoundedCache<{ n: number }>(4);
    for (let n = 0; n < 10; n++) {
      cache.set('a', { n });
      cache.set(`other-${n}`, { n });
      expect(cache.get('a')).toEqual({ n });
    }
    cache.delete('a');
    expect(cache.get('a')).toBeUndefined();
  });

  it('refuses a limit that holds nothing', () => {
    expect(() => new BoundedCache(1)).toThrow(/^limit:/);
  });
});
