import { Conditions } from '@tidemark/foundation';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ReadModelUnavailable } from '../port.js';
import { WriteProbe } from './write-probe.js';

let now: number;
let writes: number;
let failure: Error | undefined;
let conditions: Conditions;
let probe: WriteProbe;

beforeEach(() => {
  [now, writes, failure, conditions] = [0, 0, undefined, new Conditions()];
  const write = async () => {
    writes++;
    if (failure) throw failure;
  };
  probe = new WriteProbe(write, conditions, () => now);
});

const later = () => {
  now += 5_000;
  return probe.look();
};

describe('WriteProbe', () => {
  it('shows that the server refuses writes, until it takes them again', async () => {
    failure = new Error('No space left on device');
    await probe.look();
    expect(probe.isRefused).toBe(true);
    const detail = expect.stringContaining('No space left on device');
    expect(conditions.list()).toMatchObject([{ subject: 'writes of views', severity: 'degraded', detail }]);
    failure = undefined;
    await later();
    expect([probe.isRefused, conditions.list()]).toEqual([false, []]);
  });

  it('writes seldom, however often it is called', async () => {
    for (let i = 0; i < 10; i++) await probe.look();
    expect(writes).toBe(1);
    await later();
    expect(writes).toBe(2);
  });

  it('leaves a server that cannot be reached to its caller', async () => {
    failure = new ReadModelUnavailable('away');
    await expect(probe.look()).rejects.toThrow('away');
    expect([probe.isRefused, conditions.list()]).toEqual([false, []]);
  });
});
