import { describe, expect, it } from '@jest/globals';
import { Conditions } from './conditions.js';
import { SetAside } from './set-aside.js';

describe('things that are set aside', () => {
  it('are one condition with their reasons, the newest of many, until none is left', () => {
    const conditions = new Conditions();
    const jobs = new SetAside(conditions, 'jobs');
    expect(conditions.list()).toEqual([]);
    expect(jobs.add('a', 'its event 3 cannot be read')).toBe(true);
    expect(jobs.add('a', 'another reason')).toBe(false);
    expect(conditions.list()).toMatchObject([
      { subject: 'jobs', detail: '1 set aside: a: its event 3 cannot be read' },
    ]);
    for (const id of ['b', 'c', 'd', 'e', 'f']) jobs.add(id, 'x');
    expect(conditions.list()).toMatchObject([{ detail: '6 set aside: b: x; c: x; d: x; e: x; f: x; and 1 more' }]);
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) jobs.remove(id);
    expect(conditions.list()).toEqual([]);
  });
});
