import { describe, expect, it } from '@jest/globals';
import { Place } from './place.js';

const entry = (position: number, count: number, index = 0, due?: number) => ({ position, index, count, due });
const reload = (place: Place) => Place.parse(JSON.parse(JSON.stringify(place.json())))!;

describe('the position of a consumer', () => {
  it('is after all messages taken in when none is open', () => {
    const place = reload(Place.of([], 41, undefined));
    expect(place.first).toBe(42);
    expect(place.isDone(41, 0)).toBe(true);
    expect(place.isDone(42, 0)).toBe(false);
  });

  it('is before the first message that was never delivered', () => {
    const place = reload(Place.of([entry(10, 0, 1), entry(11, 0)], 41, undefined));
    expect([place.isDone(10, 0), place.isDone(10, 1), place.isDone(11, 0)]).toEqual([true, false, false]);
  });

  it('keeps the delivered ones open, with their counts and delays, and those between them done', () => {
    const place = reload(Place.of([entry(5, 2, 0, 1_234), entry(9, 1)], 41, undefined));
    expect(place.first).toBe(5);
    expect([5, 6, 9, 41].map((position) => place.isDone(position, 0))).toEqual([false, true, false, true]);
    expect(place.openAt(5, 0)).toEqual(entry(5, 2, 0, 1_234));
    expect(place.openAt(6, 0)).toBeUndefined();
  });

  it('keeps messages that an earlier run left open until they have been read again', () => {
    const earlier = reload(Place.of([entry(5, 1), entry(9, 3)], 41, undefined));
    const place = reload(Place.of([], 6, earlier));
    expect([5, 9, 42].map((position) => place.isDone(position, 0))).toEqual([true, false, false]);
    expect(place.openAt(9, 0)?.count).toBe(3);
    expect(earlier.isPassed(41)).toBe(false);
    expect(earlier.isPassed(42)).toBe(true);
  });

  it('is bounded: with very many open, the rest is delivered once more', () => {
    const many = Array.from({ length: 1_500 }, (_, position) => entry(position, 1));
    const place = reload(Place.of(many, 2_000, undefined));
    expect(place.isDone(1_500, 0)).toBe(false);
    expect(JSON.stringify(place.json()).length).toBeLessThan(20_000);
  });
});
