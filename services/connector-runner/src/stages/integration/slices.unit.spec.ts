import { describe, expect, it } from '@jest/globals';
import { slicesOf } from './slices.js';

const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };

describe('the slices of a window', () => {
  it('are the whole window without gaps or overlaps, the newest first', () => {
    const slices = slicesOf('issues', { window, slices: 3 });
    expect(slices.map(({ part }) => part)).toEqual(['issues#2', 'issues#1', 'issues#0']);
    expect(slices[0]!.window!.to).toBe('2026-01-02T00:00:00.000Z');
    expect(slices[2]!.window!.from).toBe('2026-01-01T00:00:00.000Z');
    expect([slices[0]!.window!.from, slices[1]!.window!.from]).toEqual([slices[1]!.window!.to, slices[2]!.window!.to]);
  });

  it('begin with the oldest on request, under the same names', () => {
    const oldest = slicesOf('issues', { window, slices: 3, order: 'oldest' });
    expect(oldest).toEqual(slicesOf('issues', { window, slices: 3 }).reverse());
  });

  it('are never empty', () => {
    const short = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.002Z' };
    const slices = slicesOf('issues', { window: short, slices: 8 });
    expect(slices.map((one) => Date.parse(one.window!.to) - Date.parse(one.window!.from))).toEqual([1, 1]);
  });
});
