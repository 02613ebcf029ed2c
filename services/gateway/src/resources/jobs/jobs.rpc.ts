import { invalid, problem } from '@tidemark/contracts';
import { rpcs, stream, unary } from '../../edge/grpc/rpc.js';
import { idempotencyKeyOf } from '../../edge/idempotency-key.js';
import { PageQuery } from '../../edge/paging.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { fromBody, fromQuery } from '../../edge/validation/input.js';
import { CancelJobBody, CreateJobBody, JobErrorsQuery, JobsQuery, JobStateQuery, RetryJobBody } from './jobs.dto.js';
import { Jobs } from './jobs.js';

export const jobRpcs = rpcs('tidemark.v1.JobService', Jobs, (jobs) => ({
  CreateJob: unary('write', async (context, { connectionId, idempotencyKey, ...job }) => ({
    job: await jobs.create(
      context,
      parseId(connectionId),
      fromBody(CreateJobBody, job),
      idempotencyKeyOf(idempotencyKey),
    ),
  })),
  GetJob: unary('read', async (context, { id }) => ({ job: await jobs.get(context, parseId(id)) })),
  ListJobs: unary('read', (context, request) => {
    const query = fromQuery(JobsQuery, request);
    const { connectionId } = query;
    return connectionId === undefined ? jobs.list(context, query) : jobs.listOfConnection(context, connectionId, query);
  }),
  CancelJob: unary('write', async (context, { id, ...input }) => ({
    job: await jobs.cancel(context, parseId(id), fromBody(CancelJobBody, input).reason),
  })),
  RetryJob: unary('write', async (context, { id, idempotencyKey, ...input }) => ({
    job: await jobs.retry(context, parseId(id), fromBody(RetryJobBody, input), idempotencyKeyOf(idempotencyKey)),
  })),
  ResumeJob: unary('write', async (context, { id, idempotencyKey }) => ({
    job: await jobs.resume(context, parseId(id), idempotencyKeyOf(idempotencyKey)),
  })),
  RetryNow: unary('write', async (context, { id }) => ({ job: await jobs.retryNow(context, parseId(id)) })),
  GetJobState: unary('read', async (context, { id, ...when }) => ({
    job: await jobs.state(context, parseId(id), fromQuery(JobStateQuery, when)),
  })),
  GetTimeline: unary('read', (context, { jobId, ...page }) =>
    jobs.timeline(context, parseId(jobId), fromQuery(PageQuery, page)),
  ),
  ListJobErrors: unary('read', (context, { jobId, ...query }) =>
    jobs.errors(context, parseId(jobId), fromQuery(JobErrorsQuery, query)),
  ),
  GetDryRun: unary('read', async (context, { jobId }) => ({ dryRun: await jobs.dryRun(context, parseId(jobId)) })),
  WatchJob: stream('read', async function* (context, { id, fromRevision = 0 }, signal) {
    const from = fromRevision as number;
    if (from < 0) throw invalid([problem('fromRevision', 'must be a revision, from 0')]);
    for await (const events of jobs.watch(context, parseId(id), from, signal))
      for (const event of events) yield { event };
  }),
}));
