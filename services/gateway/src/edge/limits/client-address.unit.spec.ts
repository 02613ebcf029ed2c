import { describe, expect, it } from '@jest/globals';
import { addressGroup, clientAddress, trustedProxies } from './client-address.js';

const trusted = trustedProxies(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']);
const of = (connected: string, xff?: string, forwarded?: string) =>
  clientAddress(connected, { 'x-forwarded-for': xff, forwarded }, trusted);

describe("a caller's address", () => {
  it.each([
    // The word of a caller that is no proxy means nothing.
    ['198.51.100.1', '203.0.113.9', undefined, '198.51.100.1'],
    ['10.1.2.3', undefined, undefined, '10.1.2.3'],
    ['10.1.2.3', '203.0.113.9', undefined, '203.0.113.9'],
    ['::ffff:10.1.2.3', '203.0.113.9:4711', undefined, '203.0.113.9'],
    // The rightmost that is no proxy: what stands before it was written by the caller.
    ['10.1.2.3', '1.1.1.1, 203.0.113.9, 192.0.2.7', undefined, '203.0.113.9'],
    ['10.1.2.3', '10.9.9.9, 10.8.8.8', undefined, '10.9.9.9'],
    ['10.1.2.3', '203.0.113.9, unknown, 10.8.8.8', undefined, '10.8.8.8'],
    ['10.1.2.3', 'nonsense', undefined, '10.1.2.3'],
    ['2001:db8::5', undefined, 'for=203.0.113.9;proto=http, for=10.2.2.2', '203.0.113.9'],
    ['10.1.2.3', undefined, 'For="[2a00:1450::1]:4711"', '2a00:1450::1'],
    ['10.1.2.3', '203.0.113.9', 'for=203.0.113.9', '203.0.113.9'],
    // One of them was not written by the proxy.
    ['10.1.2.3', '1.2.3.4', 'for=203.0.113.9', '10.1.2.3'],
  ])('connected from %s, X-Forwarded-For %s, Forwarded %s, is %s', (connected, xff, forwarded, expected) => {
    expect(of(connected, xff, forwarded)).toBe(expected);
  });

  it('is counted with its network where that is IPv6', () => {
    const groups = ['2001:db8:0:1::5', '2001:0db8::1:0:0:0:1', '2001:DB8:0:1:ffff:1:2:3'].map(addressGroup);
    expect(new Set(groups)).toEqual(new Set(['2001:db8:0:1']));
    expect(addressGroup('::1')).toBe('0:0:0:0');
    expect(addressGroup('::ffff:192.0.2.1')).toBe('192.0.2.1');
  });
});
