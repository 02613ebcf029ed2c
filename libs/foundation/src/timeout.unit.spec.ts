import { describe, expect, it } from '@jest/globals';
import { withTimeout } from './timeout.js';

const never = new Promise<never>(() => {});
const refuse = (): never => {
  throw new Error('too late');
};

describe('withTimeout', () => {
  it('settles as the work does when that is in time', async () => {
    await expect(withTimeout(Promise.resolve(1), 60_000, refuse)).resolves.toBe(1);
    await expect(withTimeout(Promise.reject(new Error('broken')), 60_000, refuse)).rejects.toThrow('broken');
  });

  it('settles as the fallback does when the work takes too long', async () => {
    await expect(withTimeout(never, 1, () => 'late')).resolves.toBe('late');
    await expect(withTimeout(never, 1, refuse)).rejects.toThrow('too late');
  });

  it('ignores work that fails afterwards', async () => {
    const work = Promise.withResolvers<never>();
    await expect(withTimeout(work.promise, 1, () => 'late')).resolves.toBe('late');
    work.reject(new Error('ignored'));
    await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail the run
  });
});
