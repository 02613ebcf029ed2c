import { CancelJobDto, CreateJobDto, JobsQuery, JobStateQuery } from './jobs.dto.js';
import type { Jobs } from './jobs.js';
import { PageQuery } from '../../edge/paging.js';
import { knownForm } from '../../edge/validation/known-form.js';
import { invalid } from '../../edge/validation/invalid.js';
import { validated } from '../../edge/validation/validate.js';
import { stream, unary, type Rpcs } from '../../edge/grpc/rpc.js';

export const jobService = (jobs: Jobs): Rpcs => ({
  CreateJob: unary('write', async (context, { connectionId, idempotencyKey, ...job }) => ({
    job: await jobs.create(
      context,
      knownForm(connectionId),
      validated(CreateJobDto, job),
      idempotencyKey as string | undefined,
    ),
  })),
  GetJob: unary('read', async (context, { id }) => ({ job: await jobs.get(context, knownForm(id)) })),
  ListJobs: unary('read', (context, request) => {
    const query = validated(JobsQuery, request);
    const { connectionId } = query;
    return connectionId === undefined ? jobs.list(context, query) : jobs.listOfConnection(context, connectionId, query);
  }),
  CancelJob: unary('write', async (context, { id, ...input }) => ({
    job: await jobs.cancel(context, knownForm(id), validated(CancelJobDto, input).reason),
  })),
  RetryJob: unary('write', async (context, { id }) => ({ job: await jobs.retry(context, knownForm(id)) })),
  GetJobState: unary('read', async (context, { id, ...when }) => ({
    job: await jobs.state(context, knownForm(id), validated(JobStateQuery, when)),
  })),
  GetTimeline: unary('read', (context, { jobId, ...page }) =>
    jobs.timeline(context, knownForm(jobId), validated(PageQuery, page)),
  ),
  WatchJob: stream('read', async function* (context, { id, fromRevision = 0 }, signal) {
    const from = fromRevision as number;
    if (from < 0) throw invalid([{ field: 'fromRevision', message: 'must be a revision, from 0' }]);
    for await (const events of jobs.watch(context, knownForm(id), from, signal))
      for (const event of events) yield { event };
  }),
});
