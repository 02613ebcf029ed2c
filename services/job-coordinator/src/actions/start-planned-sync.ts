import { TidemarkError } from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/foundation';
import { currentTraceparent, inSpan } from '@tidemark/telemetry';
import { exists, type ExistingConnection } from '../connection/connection.js';
import type { Coordinator } from '../coordinator.js';
import { assertNotCreated } from './job-identity.js';
import { startJob } from './start-job.js';

/**
 * Starts a planned sync that is due. Its job's id derives from connection and time, so that any number of
 * coordinators create one job.
 */
export async function startPlannedSync(
  coordinator: Coordinator,
  connectionId: string,
  plannedAt: number,
): Promise<void> {
  const { connections } = coordinator;
  const { state: connection } = await connections.load(connectionId);
  if (!exists(connection) || connection.nextSyncAt !== plannedAt) return;
  const { tenant } = connection;
  const jobId = uuidv5('schedule', connectionId, plannedAt);
  const attributes = { 'tidemark.tenant': tenant, 'tidemark.connection': connectionId, 'tidemark.job': jobId };
  // No request led to this job, so its trace begins here.
  await inSpan('schedule', { parent: null, attributes }, () =>
    startScheduled(coordinator, connection, jobId, plannedAt),
  );
}

async function startScheduled(
  coordinator: Coordinator,
  connection: ExistingConnection,
  jobId: string,
  plannedAt: number,
): Promise<void> {
  const { connections, time } = coordinator;
  const { id: connectionId, tenant } = connection;
  const context = { tenant, actor: 'schedule', correlationId: jobId, traceparent: currentTraceparent() };
  try {
    const identity = { jobId, requestHash: 'schedule' };
    await assertNotCreated(coordinator, identity);
    const request = { ...identity, type: 'full', trigger: 'schedule', whenBusy: 'queue' } as const;
    await startJob(coordinator, context, connection, request);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    if (error.code === 'DUPLICATE_JOB') return;
    const data = { plannedAt, reason: error.code, at: time.now() };
    await connections.handle(connectionId, { type: 'SkipSync', data }, context);
  }
}
