import { TidemarkError } from '@tidemark/contracts';
import { StreamDeleted } from '@tidemark/event-store';
import { currentTraceparent, inSpan } from '@tidemark/telemetry';
import { exists, type ExistingConnection } from '../connection/connection.js';
import { plannedJobId } from '../connection/schedule.js';
import { opensAt } from '../connection/windows.js';
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
    const missed = missedBy(coordinator, connection, plannedAt);
    if (missed) {
      await connections.handle(connectionId, { type: 'SkipSync', data: { plannedAt, ...missed } }, context);
      return 'planned';
    }
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

/** A sync that starts this much later was missed: nothing was running when it was due. */
const MISSED_MS = 60_000;

/** Why the sync is not made up for; undefined when it starts, or waits for the end of a window. */
function missedBy({ agenda, time }: Coordinator, { id, schedule }: ExistingConnection, plannedAt: number) {
  const at = time.now();
  const open = opensAt(schedule, at);
  if (schedule.missed === 'none')
    return open > at ? { reason: 'WINDOW', at } : plannedAt < at - MISSED_MS ? { reason: 'MISSED', at } : undefined;
  // One is made up for, and it waits already.
  return open > at && agenda.heldOf(id).length > 0 ? { reason: 'WINDOW', notBefore: open - 1, at } : undefined;
}

/** Why the time cannot be used; undefined when it may be tried again. A job whose events were deleted has used it too. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof StreamDeleted) return 'DUPLICATE_JOB';
  return error instanceof TidemarkError ? error.code : undefined;
}
