import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEventStore, storedEvents, type EventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { changeSetStream, type RecordedChange } from './change-set.events.js';
import { recordChanges } from './change-set.js';

const jsonOf = (change: RecordedChange) => new TextEncoder().encode(JSON.stringify([change]));
const stream = changeSetStream.of('s2');
/** Each fills a batch. */
const changes = Array.from({ length: 3 }, (_, order) => ({
  ...({ id: `x${order}`, changeId: `y${order}`, rule: 'endpoint-added', severity: 'safe' } as const),
  ...{ operation: 'GET /pets', operations: ['GET /pets'], pointer: {}, before: null, after: 'x'.repeat(256 * 1024) },
  ...{ message: 'GET /pets was added.', order },
})) satisfies RecordedChange[];
const set = {
  ...{ tenant: 'acme', connectionId: 'c1', jobId: 'j1', snapshotId: 's2', previousSnapshotId: 's1' },
  batches: changes.map(jsonOf),
  at: 0,
};

let folder: TemporaryFolder;
let eventStore: EventStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  eventStore = await createEventStore(`sqlite:${folder.join('events.db')}`);
});
afterEach(async () => {
  await eventStore.close();
  await folder.remove();
});

async function recorded(): Promise<(string[] | undefined)[]> {
  const batches: (string[] | undefined)[] = [];
  for await (const stored of storedEvents(eventStore, stream))
    batches.push(changeSetStream.read(stored)?.data.changes.map(({ id }) => id));
  return batches;
}

const unknown = () => ({ id: uuidv7(), type: 'ChangesReviewed', data: {}, metadata: {} });

describe('the changes between two snapshots', () => {
  it('are recorded once, in batches, however often it is repeated', async () => {
    await recordChanges(eventStore, set);
    await recordChanges(eventStore, set);
    expect(await recorded()).toEqual([['x0'], ['x1'], ['x2']]);
  });

  it('are completed where an earlier call stopped', async () => {
    await recordChanges(eventStore, { ...set, batches: set.batches.slice(0, 1) });
    await recordChanges(eventStore, set);
    expect(await recorded()).toEqual([['x0'], ['x1'], ['x2']]);
  });

  it('are completed around an event of a newer version', async () => {
    await recordChanges(eventStore, { ...set, batches: set.batches.slice(0, 2) });
    await eventStore.append(stream, [unknown()], 1);
    await recordChanges(eventStore, set);
    await recordChanges(eventStore, set);
    expect(await recorded()).toEqual([['x0'], ['x1'], undefined, ['x2']]);
  });

  it('are recorded when an event of a newer version came first', async () => {
    await eventStore.append(stream, [unknown()], 'no_stream');
    await recordChanges(eventStore, set);
    expect(await recorded()).toEqual([undefined, ['x0'], ['x1'], ['x2']]);
  });
});
