import { describe, expect, it } from '@jest/globals';
import { publicPart, subscriptionTo, views, type JobEvent } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import { absentConnection, evolveConnection, exists } from '../connection/connection.js';
import { describeConnection } from '../connection/connection.view.js';
import { decideConnection } from '../connection/connection.decide.js';
import { cancelJob, claimStage, createJob, noon } from '../job/job.fixtures.js';
import { decideJob } from '../job/job.decide.js';
import { absentJob, evolveJob, type ExistingJob, type JobState } from '../job/job.js';
import { describeJob } from '../job/job.view.js';
import { connectionsProjection } from './connections.projection.js';
import { jobsProjection, type StoredJob } from './jobs.projection.js';

const recorded = <Event extends object>(event: Event) =>
  ({ ...event, stream: 'connection-c1', metadata: {} }) as unknown as Event & RecordedEvent;

describe('the public part of a document', () => {
  it.each([
    ['a job that runs', [createJob, claimStage()]],
    ['a job that ended', [createJob, cancelJob]],
  ])('is the view of %s, and nothing else', (_, commands) => {
    let job: JobState = absentJob;
    let document: StoredJob | null = null;
    for (const command of commands) {
      for (const event of decideJob(command, job) as JobEvent[]) {
        job = evolveJob(job, event);
        document = jobsProjection.evolve(document, recorded(event), 'job-1');
      }
    }
    expect(document).toHaveProperty('fold');
    expect(publicPart(document!, views.jobs)).toStrictEqual(describeJob(job as ExistingJob));
  });

  it('is the view of a connection, and nothing else', () => {
    const data = { connectionId: 'c1', tenant: 'acme', name: 'billing', source: subscriptionTo('p1'), at: noon };
    const command = { type: 'CreateConnection', data: { ...data, schedule: { every: 'manual' }, whenBusy: 'queue' } };
    const [event] = decideConnection(command as Parameters<typeof decideConnection>[0], absentConnection);
    const connection = evolveConnection(absentConnection, event!);
    const document = connectionsProjection.evolve(null, recorded(event!), 'c1')!;
    expect(document).toMatchObject({ connector: 'provider', providerId: 'p1', tenant: 'acme' });
    if (!exists(connection)) throw new Error('the connection does not exist');
    expect(publicPart(document, views.connections)).toStrictEqual(describeConnection(connection));
  });
});
