import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '@tidemark/event-store';
import { Conditions, uuidv7 } from '@tidemark/foundation';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { LagWatch, type Follower } from './lag-watch.js';

let folder: TemporaryFolder;
let store: SqliteEventStore;
let conditions: Conditions;
let watch: LagWatch;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = new SqliteEventStore(folder.join('events.db'));
  conditions = new Conditions();
});
afterEach(async () => {
  await watch.stop();
  await store.close();
  await folder.remove();
});

const append = (stream: string) =>
  store
    .append(stream, [{ id: uuidv7(), type: 'Added', data: {}, metadata: {} }], 'any')
    .then(({ position }) => position);

/** A follower that stands where the test puts it. */
function follower(severity: Follower['severity'], at: number) {
  const state = { subject: 'relay', severity, categories: ['task'], at, position: () => state.at };
  return state;
}

const started = async (followers: readonly Follower[]) => {
  watch = new LagWatch({ followers, eventStore: store, conditions, onError: () => undefined, boundMs: 100 });
  await watch.start();
};

const shown = () => conditions.list().map(({ subject, severity }) => [subject, severity]);

describe('a follower of the log', () => {
  it('that has not caught up at the start keeps the process unready until it has', async () => {
    await append('task-1');
    const relay = follower('unready', -1);
    await started([relay]);
    expect(shown()).toEqual([['relay', 'unready']]);
    relay.at = await append('task-1');
    await eventually(() => conditions.ready, 'the follower to be well again');
  });

  it('that falls behind later is shown until it has caught up', async () => {
    const view = follower('degraded', await append('task-1'));
    await started([view]);
    expect(shown()).toEqual([]);
    const missed = await append('task-1');
    await eventually(() => shown().length > 0, 'the lag to be noticed');
    expect(shown()).toEqual([['relay', 'degraded']]);
    view.at = missed;
    await eventually(() => shown().length === 0, 'the view to be well again');
  });

  it('has missed nothing when all later events are of others', async () => {
    const relay = follower('unready', await append('task-1'));
    await append('other-1');
    await started([relay]);
    expect(shown()).toEqual([]);
  });
});
