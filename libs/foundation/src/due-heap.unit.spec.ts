import { describe, expect, it } from '@jest/globals';
import { DueHeap } from './due-heap.js';

describe('DueHeap', () => {
  it('returns due values, the earliest first, and none before its time', () => {
    const heap = new DueHeap<number>();
    // Every residue once, in a scattered order.
    const times = Array.from({ length: 1009 }, (_, index) => (index * 371) % 1009);
    const left = new Set(times);
    for (const time of times) heap.push(time, time);
    for (let now = 0; now < 1009; now += 7) {
      for (let value = heap.popDue(now); value !== undefined; value = heap.popDue(now)) {
        expect(value).toBe(Math.min(...left));
        left.delete(value);
      }
      expect(heap.next).toBe(left.size === 0 ? undefined : Math.min(...left));
      expect(heap.next ?? Infinity).toBeGreaterThan(now);
    }
    expect(left.size).toBe(0);
    expect(heap.popDue(Infinity)).toBeUndefined();
  });

  it('keeps values that are due at the same time', () => {
    const heap = new DueHeap<string>();
    for (const value of ['a', 'b', 'c']) heap.push(5, value);
    expect([heap.popDue(5), heap.popDue(5), heap.popDue(5)].sort()).toEqual(['a', 'b', 'c']);
    expect(heap.popDue(5)).toBeUndefined();
  });
});
