import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Retryable, type Broker, type ConsumeHandler, type ConsumeOptions } from '@tidemark/messaging';
import { eventually, withMembers } from '@tidemark/test-kit';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import { History } from './testing/history.js';
import { readLog } from './testing/log.js';
import { described } from '../publishers/descriptions.js';

let world: FakeTimeWorld;

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});

afterEach(() => world.end());

/** A broker that holds back the coordinators' messages until it is released: a job's end is not processed. */
function delaying() {
  let held = true;
  const decorate = (broker: Broker): Broker =>
    withMembers(broker, {
      consume: <T>(options: ConsumeOptions, handler: ConsumeHandler<T>) =>
        broker.consume<T>(options, async (delivery) => {
          if (held && options.durable === 'job-coordinator') throw new Retryable('kept back', 20);
          await handler(delivery);
        }),
    });
  return { decorate, letGo: () => (held = false) };
}

describe('the next sync of a connection', () => {
  it('starts from the cursor of the one before it, however late that is committed', async () => {
    const { decorate, letGo } = delaying();
    const on = await world.start({ decorate });
    world.publisher.publish(described(1), '/api');
    const connectionId = await on.connect(world.publisher.url('/api'));
    const first = await on.create(connectionId);
    expect(await on.finished(first.id)).toMatchObject({ state: 'completed' });
    world.publisher.publish(described(2), '/api');
    const second = await on.create(connectionId);
    const waiting = await on.reached(second.id, ({ waitingFor, state }) => {
      return waitingFor?.reason === 'connection_busy' || state !== 'pending';
    });
    expect(waiting).toMatchObject({ state: 'pending', waitingFor: { reason: 'connection_busy', behind: [first.id] } });
    letGo();
    expect(await on.finished(second.id)).toMatchObject({ state: 'completed' });
    const history = new History(await readLog(on.adapters.eventStore));
    const [baseline, next] = history.snapshotsOf(connectionId);
    expect(next).toMatchObject({ jobId: second.id, previousId: baseline!.snapshotId });
  });

  it('starts from it even when everything was restarted in between', async () => {
    const before = await world.start({ decorate: delaying().decorate });
    world.publisher.publish(described(1), '/api');
    const connectionId = await before.connect(world.publisher.url('/api'));
    const first = await before.create(connectionId);
    await before.finished(first.id);
    world.publisher.publish(described(2), '/api');
    const second = await before.create(connectionId);
    await world.stop(before);

    const after = await world.start({ decorate: delaying().decorate });
    expect(await after.finished(second.id)).toMatchObject({ state: 'completed' });
    const history = new History(await readLog(after.adapters.eventStore));
    const [baseline, next] = history.snapshotsOf(connectionId);
    expect(next).toMatchObject({ jobId: second.id, previousId: baseline!.snapshotId });
  });

  it('is not held up by a job whose connection was removed while it ran', async () => {
    const faulty = world.faultyBroker();
    const on = await world.start({ tenantMaxRunning: 1, runners: [{ decorate: faulty.decorate }] });
    const removed = await on.connect();
    faulty.goSilentBefore((subject) => subject.endsWith('complete-stage'));
    const orphan = await on.create(removed);
    await eventually(() => faulty.isSilent, 'the job to run');
    await on.ask('remove-connection', { connectionId: removed });
    const next = await on.create(await on.connect());
    faulty.comeBack();
    expect(await on.finished(orphan.id)).toMatchObject({ state: 'completed' });
    // There is one slot.
    expect(await on.finished(next.id)).toMatchObject({ state: 'completed' });
  });
});
