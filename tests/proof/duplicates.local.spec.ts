import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tidemark/test-kit';
import { expectDuplicatesToBeHarmless } from './testing/duplicates-cases.js';
import { DuplicatingBroker } from '../installations/duplicating-broker.js';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import { History } from './testing/history.js';
import { startInstallation, type Installation } from '../installations/installation.js';
import { embedded } from '../installations/urls.js';
import { readLog } from './testing/log.js';

let world: FakeTimeWorld;

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});

afterEach(() => world.end());

const historyOf = async (on: Installation) => new History(await readLog(on.adapters.eventStore));

describe('every message twice and late, to two runners and two coordinators', () => {
  it('has the same result as each message once', async () => {
    const broker = new DuplicatingBroker();
    const on = await startInstallation({
      urls: embedded(world.folder.path),
      coordinators: [undefined, undefined],
      runners: [{}, {}],
      differs: 2,
      decorate: broker.decorate,
    });
    const { publisher } = world;
    await expectDuplicatesToBeHarmless({ on, publisher, broker, history: () => historyOf(on) });
    await on.stop();
  });

  it('starts a planned sync and a retry once', async () => {
    const broker = new DuplicatingBroker();
    const on = await world.start({ coordinators: 2, runners: [{}, {}], decorate: broker.decorate });
    world.publisher.fail(503, '/api');
    const id = await on.connect(world.publisher.url('/api'), { schedule: { every: 'hourly' } });
    await world.clock.advance(3_600_000);
    const retries = async () => (await historyOf(on)).ofType<{ retryAt: number }>('RetryScheduled');
    const jobsOf = async () => (await historyOf(on)).ofType('JobCreated', id).map(({ stream }) => stream);
    // Its connection was created twice too: each has its own sync.
    for (let times = 1; times <= 3; times += 1) {
      await eventually(async () => (await retries()).length === 2 * times, `retry ${times} of both connections`);
      await broker.repeatAll();
      expect(await jobsOf()).toHaveLength(1);
      await world.clock.advanceTo(Math.max(...(await retries()).map(({ data }) => data.retryAt)));
    }
    const failed = async () => (await historyOf(on)).ofType('SyncEnded', id);
    await eventually(async () => (await failed()).length === 1, 'the job to have failed');
    await broker.repeatAll();
    expect(await failed()).toHaveLength(1);
    expect(await jobsOf()).toHaveLength(1);
    expect((await historyOf(on)).ofType('RetryScheduled')).toHaveLength(6);
  });
});
