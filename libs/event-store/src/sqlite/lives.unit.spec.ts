import { describe, expect, it } from '@jest/globals';
import type { Json } from '@tidemark/foundation';
import { Lives } from './lives.js';

describe('the lives of processes', () => {
  it('say how long the process lived on that was alive at a time, and nothing of the present one', () => {
    const values = new Map<string, Json>();
    new Lives(values, 1_000).note(3_000);
    new Lives(values, 5_000); // killed at once
    const third = new Lives(values, 6_000);
    third.note(9_000);
    const present = new Lives(values, 10_000);
    expect([500, 1_000, 2_500, 5_500, 6_000, 10_000].map((at) => present.endAfter(at))).toEqual([
      ...[undefined, 3_000, 3_000, 5_000, 9_000, undefined],
    ]);
    expect(third.endAfter(7_000)).toBeUndefined();
  });
});
