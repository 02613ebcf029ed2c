import { createHash } from 'node:crypto';
import {
  invalid,
  problem,
  providerIdOf,
  TidemarkError,
  type CreateJob,
  type JobTrigger,
  type JobView,
  type PipelineChoice,
} from '@tidemark/contracts';
import { uuidv5, uuidv7 } from '@tidemark/foundation';
import { pipelineFor, type Pipeline } from '@tidemark/pipelines';
import type { ExistingConnection } from '../connection/connection.js';
import type { Context, Coordinator } from '../coordinator.js';
import { findConnection } from './get-connection.js';
import { ownedJob, viewOf } from './get-job.js';

const STALL_TIMEOUT_MS = 10 * 60_000;

/**
 * Asks for a job.
 * @throws TidemarkError NOT_FOUND · CONNECTION_NOT_ACTIVE · DUPLICATE_JOB · IDEMPOTENCY_KEY_REUSED ·
 *   TOO_MANY_CONCURRENT_SYNCS · CONNECTION_BUSY · VALIDATION_FAILED
 */
export async function createJob(coordinator: Coordinator, context: Context, input: CreateJob): Promise<JobView> {
  const { tenant, connectionId, type, trigger = 'api', idempotencyKey, startAt, parameters } = input;
  const connection = await findConnection(coordinator, { tenant, connectionId });
  const whenBusy = input.whenBusy ?? connection.whenBusy;
  const start = startAt === undefined ? undefined : Date.parse(startAt);
  // A place cannot be kept for a job that starts later.
  if (start !== undefined && input.whenBusy === 'reject')
    throw invalid([problem('whenBusy', 'must be `queue` when `startAt` is given')]);
  return startJob(coordinator, context, connection, {
    jobId: idempotencyKey === undefined ? uuidv7() : uuidv5('job', tenant, idempotencyKey),
    requestHash:
      idempotencyKey === undefined
        ? undefined
        : hashOf({ connectionId, type, startAt, whenBusy: input.whenBusy, parameters }),
    type,
    trigger,
    parameters,
    startAt: start,
    whenBusy: start === undefined ? whenBusy : 'queue',
    isNew: idempotencyKey === undefined,
  });
}

export interface JobOrder {
  readonly jobId: string;
  readonly requestHash?: string;
  readonly type: CreateJob['type'];
  readonly trigger: JobTrigger;
  readonly startAt?: number;
  readonly whenBusy: 'queue' | 'reject';
  readonly retryOf?: string;
  /** The pipeline's own. */
  readonly parameters?: PipelineChoice['parameters'];
  /** The id was made for this job: nobody else can have created it. */
  readonly isNew?: boolean;
}

/** Creates the job that was ordered, with a place of its own when the caller would rather be refused than wait. */
export async function startJob(
  coordinator: Coordinator,
  context: Context,
  connection: ExistingConnection,
  { jobId, isNew = false, parameters = {}, ...order }: JobOrder,
): Promise<JobView> {
  const { jobs, admission, time, settings, catalogue } = coordinator;
  const { id: connectionId, tenant, source } = connection;
  if (connection.status !== 'active')
    throw new TidemarkError('CONNECTION_NOT_ACTIVE', `connection ${connectionId} is ${connection.status}`);
  if (providerIdOf(source) !== null)
    throw new TidemarkError('CONFLICT', 'a subscription has no syncs of its own: its provider is fetched for all');
  const pipeline = pipelineFor(catalogue.pipelines, connection, catalogue.manifests.get(source.connector));
  if (!pipeline) throw new TidemarkError('INTERNAL', `this version cannot run connector ${source.connector}`);
  assertParameters(pipeline, parameters);
  if (order.whenBusy === 'reject') await reservePlace();
  const { kind, stages, claimTimeoutMs = settings.claimTimeoutMs, stallTimeoutMs = STALL_TIMEOUT_MS } = pipeline;
  const given = { jobId, tenant, connectionId, connector: source.connector, pipeline: { kind, parameters } };
  const limits = { stages, claimTimeoutMs, stallTimeoutMs };
  const { state } = await jobs.handle(
    jobId,
    { type: 'CreateJob', data: { ...given, ...limits, ...order, at: time.now() } },
    { ...context, isNew },
  );
  return viewOf(coordinator, ownedJob(state, tenant));

  async function reservePlace(): Promise<void> {
    const known = isNew ? undefined : await jobs.load(jobId);
    if (!known || known.state.status === 'absent') await admission.reserve(tenant, jobId, connectionId);
  }
}

function assertParameters({ kind, parameterProblems }: Pipeline, parameters: PipelineChoice['parameters']): void {
  const none = () =>
    Object.keys(parameters).length > 0 ? [{ field: '', message: `must be empty for the pipeline ${kind}` }] : [];
  const wrong = (parameterProblems ?? none)(parameters);
  if (wrong.length > 0)
    throw invalid(wrong.map(({ field, message }) => problem(field ? `parameters.${field}` : 'parameters', message)));
}

const hashOf = (body: object) => createHash('sha256').update(JSON.stringify(body)).digest('base64url');
