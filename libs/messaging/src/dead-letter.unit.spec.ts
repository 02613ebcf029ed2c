import { describe, expect, it } from '@jest/globals';
import { bury, deadLetter, tenantOf, tenantToken } from './dead-letter.js';
import { assertSize } from './policy.js';
import type { DeadLetter, OutgoingMessage } from './port.js';

const delivery = {
  subject: 'tidemark.work.a',
  id: 'm1',
  data: { n: 1 },
  headers: { traceparent: 't' },
  deliveryCount: 2,
};

describe('a dead letter', () => {
  it('has one id for one stored message, and another for another', () => {
    const ids = [5, 5, 6].map((place) => deadLetter(delivery, place, 'r', 'w').id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  it('is filed without its data when it is too large with it', async () => {
    const published: OutgoingMessage[] = [];
    const large = deadLetter({ ...delivery, data: 'x'.repeat(1_100_000) }, 1, 'wrong', 'w');
    await bury(async (letter, limit) => {
      assertSize(letter.subject, JSON.stringify(letter).length, limit);
      published.push(letter);
    }, large);
    expect(published).toHaveLength(1);
    expect(published[0]!.data as DeadLetter).toMatchObject({ data: null, reason: 'wrong (data left out: too large)' });
  });

  it('reports that it could not be published', async () => {
    const failure = new Error('down');
    await expect(bury(() => Promise.reject(failure), deadLetter(delivery, 1, 'r', 'w'))).rejects.toBe(failure);
  });

  it('belongs to the tenant that its message names, in the data or in the subject', () => {
    const ofData = { subject: 'tidemark.work.a', data: { tenant: 'acme' } };
    const ofSubject = { subject: 'tidemark.ingest.acme.c', data: 'text' };
    expect([ofData, ofSubject, delivery].map(tenantOf)).toEqual(['acme', 'acme', 'default']);
  });

  it('names its tenant in one token of its subject, different for different tenants', () => {
    const tokens = ['acme', 'a.b', 'a~b', 'a~2e~b', 'a*b', '>', '', 'ü', ' ', 'x'.repeat(1_000)].map(tenantToken);
    expect(tokens[0]).toBe('acme');
    expect(new Set(tokens).size).toBe(tokens.length);
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_~-]{1,250}$/);
  });
});
