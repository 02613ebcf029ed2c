import { describe, expect, it } from '@jest/globals';
import { Queue } from './queue.js';

describe('the queue of ready messages', () => {
  it('returns values in the order they came, with any mix of pushes and shifts', () => {
    const queue = new Queue<number>();
    const got: (number | undefined)[] = [];
    let next = 0;
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 97; i++) queue.push(next++);
      for (let i = 0; i < 61; i++) got.push(queue.shift());
    }
    expect(queue.size).toBe(next - got.length);
    while (queue.size > 0) got.push(queue.shift());
    expect(got).toEqual(Array.from({ length: next }, (_, i) => i));
    expect(queue.shift()).toBeUndefined();
  });
});
