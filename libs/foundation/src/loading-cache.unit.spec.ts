import { describe, expect, it } from '@jest/globals';
import { LoadingCache } from './loading-cache.js';

describe('LoadingCache', () => {
  it('loads a key once, also for concurrent callers', async () => {
    const cache = new LoadingCache<number>(2);
    let loads = 0;
    const load = async () => ++loads;
    expect(await Promise.all([cache.get('a', load), cache.get('a', load)])).toEqual([1, 1]);
    expect(await cache.get('a', load)).toBe(1);
  });

  it('forgets the key that was used longest ago', async () => {
    const cache = new LoadingCache<string>(2);
    const loaded: string[] = [];
    const get = (key: string) =>
      cache.get(key, async () => {
        loaded.push(key);
        return key;
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(await get(key)).toBe(key);
    expect(loaded).toEqual(['a', 'b', 'c', 'b']);
  });

  it('does not remember a failure', async () => {
    const cache = new LoadingCache<number>(2);
    await expect(cache.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await expect(cache.get('a', async () => 1)).resolves.toBe(1);
  });
});
