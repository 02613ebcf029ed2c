import { describe, expect, it } from '@jest/globals';
import { BrokerUnavailable } from './errors.js';
import { createBroker } from './create-broker.js';

describe('createBroker', () => {
  it.each(['', 'nats', 'http://user:secret@host:1', 'nats://', 'embedded', 'nats://a:1,kafka://b:2'])(
    'refuses the URL "%s" without repeating a secret',
    async (url) => {
      const failure = await createBroker(url).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TypeError);
      expect(String(failure)).toMatch(/^TypeError: broker URL/);
      expect(String(failure)).not.toContain('secret');
    },
  );

  it('refuses embedded: without a log', async () => {
    await expect(createBroker('embedded:')).rejects.toThrow('broker URL "embedded:": needs the log');
  });

  it('refuses a namespace that cannot be part of a stream name', async () => {
    await expect(createBroker('nats://127.0.0.1:1', { namespace: 'a.b' })).rejects.toThrow(/^namespace: /);
  });

  it('reports that no server responds', async () => {
    const opening = createBroker('nats://user:secret@127.0.0.1:1', { patienceMs: 1 });
    const failure = await opening.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BrokerUnavailable);
    expect(String(failure)).not.toContain('secret');
  });
});
