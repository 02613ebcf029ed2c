import { TidemarkError } from '@tidemark/contracts';
import { StreamDeleted } from '@tidemark/event-store';
import { currentTraceparent, inSpan } from '@tidemark/telemetry';
import { exists, type ExistingConnection } from '../connection/connection.js';
import { plannedJobId } from '../connection/schedule.js';
import type { Coordinator } from '../coordinator.js';
import { isEnded } from '../job/job.js';
import { commitEnd } from './end-sync.js';
import { assertNotCreated } from './job-identity.js';
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
    const identity = { jobId, requestHash: 'schedule' };
    await assertNotCreated(coordinator, identity);
    const request = { ...identity, trigger: 'schedule', whenBusy: 'queue' } as const;
    await startJob(coordinator, context, connection, request);
    return 'started';
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    if (reason === 'DUPLICATE_JOB') {
      const { state: job } = await jobs.load(jobId);
      if (job.status !== 'absent' && !isEnded(job)) return 'running'; // its end plans the next one
      await commitEnd(coordinator, tenant, jobId);
    }
    const data = { plannedAt, reason, at: time.now() };
    await connections.handle(connectionId, { type: 'SkipSync', data }, context);
    return 'planned';
  }
}

/** Why the time cannot be used; undefined when it may be tried again. A job whose events were deleted has used it too. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof StreamDeleted) return 'DUPLICATE_JOB';
  return error instanceof TidemarkError ? error.code : undefined;
}
