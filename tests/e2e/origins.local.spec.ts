import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { command, type JobView } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import { startTelemetry, type Telemetry } from '@tidemark/telemetry';
import { eventually } from '@tidemark/test-kit';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import { TENANT } from '../installations/caller.js';
import type { Installation } from '../installations/installation.js';
import { described } from '../publishers/descriptions.js';
import { OtlpReceiver } from './testing/otlp-receiver.js';

const MINUTE = 60_000;
let receiver: OtlpReceiver;
let telemetry: Telemetry;
let world: FakeTimeWorld;

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  telemetry = await startTelemetry({ service: 'tidemark', endpoint: receiver.endpoint });
});

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});

afterEach(() => world.end());

afterAll(async () => {
  await telemetry.stop();
  await receiver.stop();
});

/** Creates a job in a trace of its own. */
async function ask(on: Installation, connectionId: string): Promise<{ jobId: string; traceId: string }> {
  const traceId = randomBytes(16).toString('hex');
  const headers = {
    traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
    'tidemark-correlation-id': `from-${traceId}`,
  };
  const data = { tenant: TENANT, connectionId, type: 'full' };
  const { id } = await on.adapters.broker.request<JobView>(command('job-coordinator', 'create'), data, { headers });
  return { jobId: id, traceId };
}

const stored = (on: Installation, jobId: string): Promise<RecordedEvent[]> =>
  Array.fromAsync(on.adapters.eventStore.read(`job-${jobId}`));

/** The traces and the correlation ids of a job's events. */
async function originsOf(on: Installation, jobId: string) {
  const events = await stored(on, jobId);
  const traces = new Set(events.map(({ metadata }) => metadata.traceparent?.split('-')[1]));
  const correlations = new Set(events.map(({ metadata }) => metadata.correlationId));
  return { types: events.map(({ type }) => type), traces: [...traces], correlations: [...correlations] };
}

describe('the trace and the correlation id of a job', () => {
  it('begin with the timer when no request led to it', async () => {
    const on = await world.start();
    const connections = [
      await on.connect(undefined, { schedule: { every: 'realtime' } }),
      await on.connect(undefined, { schedule: { every: 'realtime' } }),
    ];
    await world.clock.advance(5 * MINUTE);
    const jobs: string[] = [];
    for (const id of connections)
      jobs.push(await eventually(async () => (await on.connection(id)).lastSync?.jobId, 'the sync to end'));
    const origins = await Promise.all(jobs.map((jobId) => originsOf(on, jobId)));
    for (const [index, { traces, correlations }] of origins.entries()) {
      expect(traces).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
      expect(correlations).toEqual([jobs[index]]);
    }
    expect(origins[0]!.traces).not.toEqual(origins[1]!.traces);
  });

  it('are the same in every attempt, also after a restart of the coordinator between two of them', async () => {
    world.publisher.fail(503, '/api');
    const before = await world.start();
    const { jobId, traceId } = await ask(before, await before.connect(world.publisher.url('/api')));
    await before.reached(jobId, ({ retryCount }) => retryCount === 1);
    await world.stop(before);

    world.publisher.publish(described(1), '/api');
    const after = await world.start();
    await world.clock.advance(2 * MINUTE);
    expect(await after.finished(jobId)).toMatchObject({ state: 'completed', attempt: 2 });
    expect(await originsOf(after, jobId)).toMatchObject({ traces: [traceId], correlations: [`from-${traceId}`] });
  });

  it('outlive the runner that lost its claim', async () => {
    const faulty = world.faultyBroker();
    world.publisher.publish(described(1), '/api');
    const on = await world.start({ runners: [{ decorate: faulty.decorate, concurrency: 1 }] });
    const complete = command('job-coordinator', 'complete-stage');
    faulty.goSilentBefore((subject, data) => subject === complete && data['stage'] === 'parse');
    const { jobId, traceId } = await ask(on, await on.connect(world.publisher.url('/api')));
    await eventually(() => faulty.isSilent, 'the runner to fall silent');
    await on.startRunner();
    await world.clock.advance(62_000);
    expect(await on.finished(jobId)).toMatchObject({ state: 'completed' });
    const { types, traces, correlations } = await originsOf(on, jobId);
    expect(types).toContain('ClaimExpired');
    expect([traces, correlations]).toEqual([[traceId], [`from-${traceId}`]]);
  });

  it('are those of the cancelling request in the events that follow from it', async () => {
    world.publisher.hang('/api');
    const on = await world.start();
    const { jobId, traceId } = await ask(on, await on.connect(world.publisher.url('/api')));
    await world.fetched('/api', 1);
    const headers = { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` };
    await on.adapters.broker.request(command('job-coordinator', 'cancel-job'), { tenant: TENANT, jobId }, { headers });
    await on.finished(jobId);
    const events = await stored(on, jobId);
    const traceOf = (type: string) => events.find((event) => event.type === type)?.metadata.traceparent?.split('-')[1];
    expect([traceOf('JobCreated'), traceOf('CancelRequested')]).toEqual([traceId, 'c'.repeat(32)]);
  });
});
