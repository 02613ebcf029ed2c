import { describe, expect, it } from '@jest/globals';
import { uuidv5, uuidv5In } from './derived-ids.js';
import { uuidv7 } from './ids.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('uuidv7', () => {
  it('grows with every call, also within a millisecond and when the clock goes back', () => {
    const ids = [...Array(5_000).keys()].map((i) => uuidv7(Date.now() - (i % 3) * 10_000));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(UUID.exec(id)?.[1]).toBe('7');
  });

  it('starts with the time in milliseconds', () => {
    const time = Date.now() + 60_000;
    expect(parseInt(uuidv7(time).replace('-', '').slice(0, 12), 16)).toBe(time);
  });
});

describe('uuidv5', () => {
  it('never changes for the same parts', () => {
    expect(uuidv5('acme', 'schedule:c1:2026-01-01')).toBe('7348a1d9-5b68-5dc6-a07c-223e99023d9c');
  });

  it('derives names in a name space as RFC 9562 does', () => {
    const dns = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex');
    expect(uuidv5In(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('keeps parts apart', () => {
    const ids = [uuidv5('a', 'bc'), uuidv5('ab', 'c'), uuidv5('abc'), uuidv5('a', 1), uuidv5('a', '1')];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(UUID.exec(id)?.[1]).toBe('5');
  });
});
