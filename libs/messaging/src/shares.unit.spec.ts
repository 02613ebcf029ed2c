import { describe, expect, it } from '@jest/globals';
import { Lines, Shares } from './shares.js';

/** Each of the shares in turn takes all the slots it may, up to `wanted`, and keeps them; returns how many. */
function taken(slots: number, shares: number, wanted: number): number[] {
  const held = new Shares();
  let free = slots;
  return Array.from({ length: shares }, (_, i) => {
    let own = 0;
    for (; own < wanted && held.mayTake(`share ${i}`, free, slots); own++, free--) held.begin(`share ${i}`);
    return own;
  });
}

describe('shares', () => {
  it('leave slots for newcomers, however many the others hold for ever', () => {
    const held = taken(64, 13, 5);
    expect(Math.min(...held)).toBeGreaterThan(0);
    expect(held.reduce((sum, own) => sum + own)).toBeLessThan(40);
    for (let shares = 1; shares <= 32; shares++)
      expect(taken(64, shares, 64).reduce((sum, own) => sum + own)).toBeLessThan(64);
  });

  it('get one slot each as long as there are slots', () => {
    expect(taken(1, 2, 5)).toEqual([1, 0]);
    expect(taken(2, 3, 5)).toEqual([1, 1, 0]);
    expect(taken(64, 70, 5).filter((own) => own > 0).length).toBeGreaterThan(20);
  });

  it('have half of the slots when they are alone', () => {
    expect([64, 8, 3, 2, 1].map((slots) => taken(slots, 1, slots))).toEqual([[32], [4], [2], [1], [1]]);
  });

  it('have all slots but one when they are alone and their work ends, and an even part when they are not', () => {
    let now = 0;
    const held = new Shares(() => now);
    let free = 8;
    const take = (share: string) => {
      for (; held.mayTake(share, free, 8); free--) held.begin(share);
    };
    const endOne = (share: string) => {
      held.end(share);
      free++;
    };
    take('a');
    for (let ended = 0; ended < 8; ended++) {
      endOne('a');
      take('a');
    }
    expect(free).toBe(1);
    held.begin('b');
    free--;
    for (let ended = 0; ended < 3; ended++) {
      endOne('a');
      expect(held.mayTake('a', free, 8)).toBe(false);
    }
    for (let ended = 0; ended < 4; ended++) {
      endOne('b');
      take('b');
    }
    expect(free).toBe(1);
    expect(['a', 'b'].map((share) => held.mayTake(share, 2, 8))).toEqual([false, true]);
    now = 60_000;
    expect(held.mayTake('b', 2, 8)).toBe(false);
  });

  it('give back what has ended', () => {
    const held = new Shares();
    held.begin('a');
    expect(held.mayTake('a', 1, 2)).toBe(false);
    held.end('a');
    expect(held.mayTake('a', 2, 2)).toBe(true);
  });
});

describe('lines', () => {
  it('take turns, and each keeps its order', () => {
    const lines = new Lines<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) lines.push(item[0]!, item);
    const order: string[] = [];
    for (let item = lines.shift(); item; item = lines.shift()) order.push(item);
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(lines.size).toBe(0);
  });

  it('pass over those that may not proceed', () => {
    const lines = new Lines<string>();
    for (const item of ['a1', 'a2', 'b1']) lines.push(item[0]!, item);
    expect(lines.shift((share) => share !== 'a')).toBe('b1');
    expect(lines.shift((share) => share !== 'a')).toBeUndefined();
    expect(lines.size).toBe(2);
  });
});
