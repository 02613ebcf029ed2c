import {
  invalid,
  problem,
  providerIdOf,
  TidemarkError,
  type JobCreated,
  type JobTrigger,
  type JobType,
  type JobView,
  type PipelineChoice,
} from '@tidemark/contracts';
import { pipelineFor, type Pipeline } from '@tidemark/pipelines';
import type { ExistingConnection } from '../connection/connection.js';
import type { Context, Coordinator } from '../coordinator.js';
import { expediteRetry } from './expedite-retry.js';
import { ownedJob } from './find-job.js';
import type { JobIdentity } from './job-identity.js';
import { viewOf } from './view-of.js';

export interface JobRequest extends JobIdentity {
  /** Default: the pipeline's. */
  readonly type?: JobType;
  readonly trigger: JobTrigger;
  readonly startAt?: number;
  readonly whenBusy: 'queue' | 'reject';
  readonly retryOf?: string;
  readonly carried?: JobCreated['data']['carried'];
  /** Those of the pipeline. */
  readonly parameters?: PipelineChoice['parameters'];
}

/** Creates the requested job, which is not known to exist. With `whenBusy: 'reject'` a slot is reserved for it first. */
export async function startJob(
  coordinator: Coordinator,
  context: Context,
  connection: ExistingConnection,
  { jobId, parameters = {}, type: wanted, ...request }: JobRequest,
): Promise<JobView> {
  const { jobs, agenda, admission, queue, time, settings, catalogue } = coordinator;
  const { id: connectionId, tenant, source } = connection;
  if (connection.status !== 'active')
    throw new TidemarkError(
      'CONNECTION_NOT_ACTIVE',
      `connection ${connectionId} is ${connection.status}: ${adviceFor(connection)}`,
    );
  if (providerIdOf(source) !== null)
    throw new TidemarkError(
      'CONFLICT',
      'a subscription has no syncs of its own: its provider is fetched once for all subscribers',
    );
  const manifest = catalogue.connectors.get(source.connector)?.manifest;
  const pipeline = pipelineFor(catalogue.pipelines, connection, manifest);
  if (!pipeline) throw new TidemarkError('INTERNAL', `this version cannot run the connector ${source.connector}`);
  const type = assertType(pipeline, wanted, 'pushed' in parameters);
  if (type === 'backfill' && !manifest?.source?.modes.includes('backfill'))
    throw invalid([problem('type', `cannot be backfill: ${source.connector} does not read windows of time`)]);
  assertParameters(pipeline, parameters, type);
  if (request.whenBusy === 'reject') {
    // A created job would end the wait of the one before it, and so does one that is refused because of it.
    const retrying = agenda.slots.retryingOf(connectionId);
    if (retrying !== undefined) await expediteRetry(coordinator, context, retrying, 'a sync was requested');
    await admission.reserve(tenant, jobId, connectionId);
  }
  const { kind, stages, claimTimeoutMs = settings.claimTimeoutMs, stallTimeoutMs = settings.stallTimeoutMs } = pipeline;
  const given = { jobId, tenant, connectionId, connector: source.connector, pipeline: { kind, parameters } };
  const limits = { type, stages, claimTimeoutMs, stallTimeoutMs };
  const command = { type: 'CreateJob', data: { ...given, ...limits, ...request, at: time.now() } } as const;
  const create = () => jobs.handle(jobId, command, { ...context, isNew: true });
  const { state } = request.whenBusy === 'reject' ? await create() : await queue.within(connectionId, jobId, create);
  return viewOf(coordinator, ownedJob(state, tenant));
}

const adviceFor = ({ id, status }: ExistingConnection) =>
  status === 'revoked'
    ? `authorise it again (POST /v1/connections/${id}/authorize), or replace its credential`
    : `POST /v1/connections/${id}/reconnect makes it active`;

function assertType({ kind, jobTypes = ['full'] }: Pipeline, type: JobType = jobTypes[0], isPushed: boolean): JobType {
  const offered = jobTypes.filter((one) => one !== 'webhook' || isPushed);
  if (offered.includes(type)) return type;
  throw invalid([problem('type', `must be one of ${offered.join(', ')}: the job types of the pipeline ${kind}`)]);
}

function assertParameters(
  { kind, parameterProblems }: Pipeline,
  parameters: PipelineChoice['parameters'],
  type: JobType,
): void {
  const none = () =>
    Object.keys(parameters).length > 0 ? [{ field: '', message: `must be empty for the pipeline ${kind}` }] : [];
  const wrong = (parameterProblems ?? none)(parameters, type);
  if (wrong.length > 0)
    throw invalid(wrong.map(({ field, message }) => problem(field ? `parameters.${field}` : 'parameters', message)));
}
