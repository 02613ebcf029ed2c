import { describe, expect, it } from '@jest/globals';
import { DueHeap } from './heap.js';
import { Queue } from './queue.js';

describe('the heap of delayed messages', () => {
  it('gives values in the order of their due times', () => {
    const heap = new DueHeap<number>();
    const dues = Array.from({ length: 1_000 }, (_, i) => (i * 7_919) % 1_009);
    for (const due of dues) heap.push(due, due);
    const popped: number[] = [];
    for (let next = heap.next; next !== undefined; next = heap.next) popped.push(heap.pop()!);
    expect(popped).toEqual([...dues].sort((a, b) => a - b));
    expect(heap.pop()).toBeUndefined();
    expect(heap.size).toBe(0);
  });
});

describe('the queue of ready messages', () => {
  it('gives values in the order they came, however pushes and shifts mix', () => {
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
