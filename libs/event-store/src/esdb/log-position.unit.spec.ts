import { describe, expect, it } from '@jest/globals';
import { fromServer, toServer } from './log-position.js';

describe('a position of $all', () => {
  it('is that of an event when both parts are the same', () => {
    expect(fromServer({ commit: 700n, prepare: 700n })).toEqual({ position: 700 });
    expect(toServer({ position: 700 })).toEqual({ commit: 700n, prepare: 700n });
  });

  it('does not cover the event at its commit part when the prepare part is lower', () => {
    const before = fromServer({ commit: 700n, prepare: 0n });
    expect(before).toEqual({ position: 699, token: '700/0' });
    expect(toServer(before)).toEqual({ commit: 700n, prepare: 0n });
  });
});
