import { describe, expect, it } from '@jest/globals';
import { signal } from '@tidemark/test-kit';
import { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';
import { hashOf } from './key-store.js';
import { RateLimiter } from './rate-limiter.js';

const caller: Caller = { keyId: 'k1', tenant: 'acme', scopes: ['read'] };
const down = Object.assign(new Error('down'), { code: 'EVENT_STORE_UNAVAILABLE' });

/** Keys as the store has them, with a fixed clock. */
function keys({ perMinute = 0 } = {}) {
  const store = {
    now: 1_000_000,
    lookups: 0,
    answer: async (): Promise<Caller | null> => caller,
  };
  const find = () => {
    store.lookups++;
    return store.answer();
  };
  const authenticator = new Authenticator({ find, perMinute, now: () => store.now });
  const call = (key = 'good', from = '10.0.0.1') => authenticator.authenticate(`Bearer ${key}`, from);
  return { store, authenticator, call };
}

const code = (value: string) => expect.objectContaining({ code: value });

describe('Authenticator', () => {
  it.each([[undefined], [''], ['Basic abc'], ['Bearer'], ['Bearer a b'], [`Bearer ${'x'.repeat(513)}`]])(
    'refuses %j without asking the store',
    async (header) => {
      const { authenticator, store } = keys();
      await expect(authenticator.authenticate(header, 'x')).rejects.toEqual(code('UNAUTHENTICATED'));
      expect(store.lookups).toBe(0);
    },
  );

  it('looks a key up once in 30 s, for calls at the same time too', async () => {
    const { call, store } = keys();
    expect(await Promise.all([call(), call(), call()])).toEqual([caller, caller, caller]);
    store.now += 29_999;
    await call();
    expect(store.lookups).toBe(1);
    store.now += 1;
    await call();
    expect(store.lookups).toBe(2);
  });

  it('lets a known key in while the store is down, and no other', async () => {
    const { call, store } = keys();
    await call();
    store.answer = () => Promise.reject(down);
    store.now += 3_600_000;
    expect(await call()).toEqual(caller);
    expect(await call()).toEqual(caller);
    expect(store.lookups).toBe(2);
    await expect(call('other')).rejects.toEqual(code('EVENT_STORE_UNAVAILABLE'));
  });

  it('does not make known keys wait for a store that hangs', async () => {
    const { call, store } = keys();
    await call();
    store.answer = () => new Promise(() => undefined);
    store.now += 60_000;
    expect(await call()).toEqual(caller);
  });

  it('notices within 30 s that a key was revoked elsewhere', async () => {
    const { call, store } = keys();
    await call();
    store.answer = async () => null;
    store.now += 30_000;
    await expect(call()).rejects.toEqual(code('UNAUTHENTICATED'));
  });

  it('forgets a key that was revoked here, also while it is being looked up', async () => {
    const { call, store, authenticator } = keys();
    const lookup = signal<Caller | null>();
    store.answer = () => lookup.promise;
    const early = call();
    authenticator.end(hashOf('good'), caller.keyId);
    lookup.resolve(caller);
    await early;
    store.answer = async () => null;
    await expect(call()).rejects.toEqual(code('UNAUTHENTICATED'));
  });

  it('refuses the failures of an address that guesses keys, and never a valid key there', async () => {
    const { call, store } = keys();
    store.answer = async () => null;
    for (let guess = 0; guess < 60; guess++)
      await expect(call(`guess${guess}`)).rejects.toEqual(code('UNAUTHENTICATED'));
    await expect(call('guess60')).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: 1 } });
    store.answer = async () => caller;
    expect(await call('good')).toEqual(caller);
    store.answer = async () => null;
    await expect(call('guess60', '10.0.0.2')).rejects.toEqual(code('UNAUTHENTICATED'));
  });

  it('counts the failures of an IPv6 network together, whose holder has all its addresses', async () => {
    const { call, store } = keys();
    store.answer = async () => null;
    for (let guess = 0; guess < 60; guess++)
      await expect(call(`guess${guess}`, `2001:db8:1:2::${guess}`)).rejects.toEqual(code('UNAUTHENTICATED'));
    await expect(call('guess60', '2001:db8:1:2:ffff::1')).rejects.toEqual(code('RATE_LIMITED'));
    await expect(call('guess60', '2001:db8:1:3::1')).rejects.toEqual(code('UNAUTHENTICATED'));
  });

  it('limits the calls of a key', async () => {
    const { call, store } = keys({ perMinute: 2 });
    await call();
    await call();
    await expect(call()).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: 30 } });
    store.now += 30_000;
    await call();
  });
});

describe('RateLimiter', () => {
  it('lets a burst of a minute through, then one at a time', () => {
    let now = 5_000_000;
    const limiter = new RateLimiter(60, () => now);
    for (let call = 0; call < 60; call++) expect(limiter.take('a')).toBe(0);
    expect(limiter.take('a')).toBeCloseTo(1);
    expect(limiter.take('b')).toBe(0);
    now += 1000;
    expect(limiter.take('a')).toBe(0);
    expect(limiter.take('a')).toBeCloseTo(1);
    now += 60_000;
    for (let call = 0; call < 60; call++) expect(limiter.take('a')).toBe(0);
  });

  it('has no limit at 0', () => {
    const limiter = new RateLimiter(0, () => 0);
    for (let call = 0; call < 1000; call++) expect(limiter.take('a')).toBe(0);
  });
});
