import { TidemarkError } from '@tidemark/contracts';
import { currentTraceparent, inSpan } from '@tidemark/telemetry';
import { exists, type ExistingConnection } from '../connection/connection.js';
import { plannedJobId } from '../connection/schedule.js';
import type { Coordinator } from '../coordinator.js';
import { isEnded } from '../job/job.js';
import { commitEnd } from './end-sync.js';
import { startJob } from './start-job.js';

/** `running`: its job exists already; `planned`: the time is used up, or cannot be used, and another was planned. */
export type PlannedSync = 'started' | 'running' | 'planned' | 'outdated';

/** Starts a planned sync that is due; any number of coordinators create one job. */
export async function startPlannedSync(
  coordinator: Coordinator,
  connectionId: string,
  plannedAt: number,
): Promise<PlannedSync> {
  const { connections } = coordinator;
  const { state: connection } = await connections.load(connectionId);
  if (!exists(connection) || connection.nextSyncAt !== plannedAt) return 'outdated';
  const { tenant } = connection;
  const jobId = plannedJobId(connectionId, plannedAt);
  const attributes = { 'tidemark.tenant': tenant, 'tidemark.connection': connectionId, 'tidemark.job': jobId };
  // No request led to this job, so its trace begins here.
  return inSpan('schedule', { parent: null, attributes }, () =>
    startScheduled(coordinator, connection, jobId, plannedAt),
  );
}

async function startScheduled(
  coordinator: Coordinator,
  connection: ExistingConnection,
  jobId: string,
  plannedAt: number,
): Promise<PlannedSync> {
  const { connections, jobs, time } = coordinator;
  const { id: connectionId, tenant } = connection;
  const context = { tenant, actor: 'schedule', correlationId: jobId, traceparent: currentTraceparent() };
  try {
    const request = { jobId, requestHash: 'schedule', type: 'full', trigger: 'schedule', whenBusy: 'queue' } as const;
    await startJob(coordinator, context, connection, request);
    return 'started';
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    if (error.code === 'DUPLICATE_JOB') {
      if (!isEnded((await jobs.load(jobId)).state)) return 'running'; // its end plans the next one
      await commitEnd(coordinator, tenant, jobId);
    }
    const data = { plannedAt, reason: error.code, at: time.now() };
    await connections.handle(connectionId, { type: 'SkipSync', data }, context);
    return 'planned';
  }
}
