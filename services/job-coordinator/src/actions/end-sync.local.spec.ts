import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectionStream, jobStream, type EndedJob, type JobEnding } from '@tidemark/contracts';
import { SqliteEventStore, storedEvents } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { connectionsOf, type Coordinator } from '../coordinator.js';
import { claimStage, completeStage, createJob, noon } from '../job/job.fixtures.js';
import { decideJob } from '../job/job.decide.js';
import { absentJob, evolveJob, type JobState } from '../job/job.js';
import { commitEnd, takeEnd } from './end-sync.js';

let folder: TemporaryFolder;
let eventStore: SqliteEventStore;
let coordinator: Pick<Coordinator, 'connections' | 'eventStore'>;
const context = { tenant: 'acme', actor: 'coordinator' };
const jobId = 'job-1';
const stages = [{ name: 'fetch', service: 'connector-runner' }] as const;

beforeEach(async () => {
  folder = await temporaryFolder();
  eventStore = new SqliteEventStore(folder.join('events.db'));
  coordinator = { eventStore, connections: connectionsOf(eventStore) };
  const data = { id: 'connection-1', tenant: 'acme', name: 'one', source: { connector: 'noop', config: {} } };
  const given = { ...data, connector: 'noop', config: {}, schedule: { every: 'manual' }, destinations: [] } as never;
  await coordinator.connections.handle(
    'connection-1',
    { type: 'CreateConnection', data: { ...(given as object), at: noon } as never },
    context,
  );
});

afterEach(async () => {
  await eventStore.close();
  await folder.remove();
});

/** Stores the job's events up to so many, and returns the message about its end. */
async function store(count: number): Promise<EndedJob> {
  let state: JobState = absentJob;
  const events = [];
  const commands = [
    { ...createJob, data: { ...createJob.data, jobId, stages } },
    claimStage(),
    completeStage(1, 'fetch'),
  ];
  for (const command of commands)
    for (const event of decideJob(command, state)) {
      state = evolveJob(state, event);
      events.push(event);
    }
  let position = 1_000_000;
  if (count > 0) {
    const stored = events.slice(0, count).map((event) => ({ ...event, id: uuidv7(), metadata: { tenant: 'acme' } }));
    ({ position } = await eventStore.append(jobStream.of(jobId), stored, 'no_stream'));
  }
  return { tenant: 'acme', jobId, ending: events.at(-1) as JobEnding, position };
}

const ends = async () =>
  (await Array.fromAsync(storedEvents(eventStore, connectionStream.of('connection-1'))))
    .filter(({ type }) => type === 'SyncEnded')
    .map(({ data }) => (data as { position: number }).position);

describe('a message about the end of a job', () => {
  it('is taken once when the log has that end, at the position that the log has', async () => {
    const message = await store(9);
    await takeEnd(coordinator, context, { ...message, position: message.position + 1_000 });
    await takeEnd(coordinator, context, message);
    await commitEnd(coordinator, 'acme', jobId);
    expect(await ends()).toEqual([message.position]);
  });

  it.each([
    ['the job', 0],
    ['the end of the job', 2],
  ])('is dropped when the log lost %s', async (_, count) => {
    expect(await takeEnd(coordinator, context, await store(count))).toBeUndefined();
    expect(await ends()).toEqual([]);
  });

  it('counts when the events of the job were deleted since', async () => {
    const message = await store(9);
    await eventStore.tombstone(jobStream.of(jobId), 'stream_exists');
    await takeEnd(coordinator, context, message);
    expect(await ends()).toEqual([message.position]);
  });
});

describe('the end of a job whose events are gone', () => {
  it('is nothing to commit', async () => {
    await commitEnd(coordinator, 'acme', 'never-was');
    await store(9);
    await eventStore.tombstone(jobStream.of(jobId), 'stream_exists');
    await commitEnd(coordinator, 'acme', jobId);
    expect(await ends()).toEqual([]);
  });
});
