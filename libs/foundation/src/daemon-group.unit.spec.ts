import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import { DaemonGroup } from './daemon-group.js';
import { daemonOf, type Daemon } from './daemon.js';
import { Loop } from './loop.js';
import { daemonLifecycle } from './testing/index.js';

/** Daemons that record their starts and stops; those named in `broken` fail to start. */
const recorded = (names: readonly string[], broken: readonly string[] = []) => {
  const log: string[] = [];
  const daemons = names.map((name): Daemon => ({
    start: async () => {
      log.push(`start ${name}`);
      if (broken.includes(name)) throw new Error(`${name} is broken`);
    },
    stop: async () => {
      log.push(`stop ${name}`);
      if (broken.includes(name)) throw new Error(`${name} does not stop`);
    },
  }));
  return { log, group: new DaemonGroup(daemons) };
};

describe('DaemonGroup', () => {
  daemonLifecycle('DaemonGroup', () => {
    const clock = new FakeClock();
    const errors: Error[] = [];
    let [rounds, open, broken] = [0, 0, false];
    const listening = daemonOf(async () => {
      await Promise.resolve();
      open++;
      return { stop: async () => void open-- };
    });
    const tick = () => {
      if (broken) {
        broken = false;
        throw new Error('broken');
      }
      rounds++;
    };
    const loop = new Loop({ everyMs: 50, clock, tick, onError: (error) => errors.push(error) });
    return {
      daemon: new DaemonGroup([listening, loop]),
      provoke: () => clock.advance(50),
      rounds: () => rounds,
      held: () => clock.timers + open,
      breakNext: () => (broken = true),
      errors,
    };
  });

  it('starts one after the other and stops in the opposite order', async () => {
    const { log, group } = recorded(['a', 'b', 'c']);
    await group.start();
    await group.stop();
    expect(log).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  it('stops all at once when none needs another to end its work', async () => {
    const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const stopped: number[] = [];
    const daemons = ends.map(({ promise }, n): Daemon => ({
      start: () => {},
      stop: async () => {
        stopped.push(n);
        await promise;
      },
    }));
    const group = new DaemonGroup(daemons, { stop: 'together' });
    await group.start();
    const stopping = group.stop();
    expect(stopped).toEqual([1, 0]);
    for (const { resolve } of ends) resolve();
    await stopping;
  });

  it('stops those that had started when one fails to start', async () => {
    const { log, group } = recorded(['a', 'b', 'c'], ['b']);
    await expect(group.start()).rejects.toThrow('b is broken');
    expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('starts no more of them once it is stopped', async () => {
    const { log, group } = recorded(['a', 'b', 'c']);
    const starting = group.start();
    await group.stop();
    await starting;
    expect(log).toEqual(['start a', 'stop a']);
  });
});

describe('daemonOf', () => {
  it('reports a failure to open to the caller of start, and still stops', async () => {
    const daemon = daemonOf(() => Promise.reject(new Error('refused')));
    await expect(daemon.start()).rejects.toThrow('refused');
    await daemon.stop();
  });
});
