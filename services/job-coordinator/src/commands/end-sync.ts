import { endStates, isEnding, jobStream, TidemarkError, type EndedJob, type JobEnding } from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/foundation';
import { currentTraceparent, inSpan } from '@tidemark/telemetry';
import { exists, type ExistingConnection } from '../connection/connection.js';
import type { Context, Coordinator } from '../coordinator.js';
import { startJob } from './create-job.js';

/** A job ended: commits its cursor and plans the connection's next sync. Repeating it changes nothing. */
export async function endSync(
  { connections }: Pick<Coordinator, 'connections'>,
  context: Context,
  { jobId, ending, position }: EndedJob,
): Promise<void> {
  const { connectionId, startedAt, at } = ending.data;
  const data = { jobId, state: endStates[ending.type], ...outcomeOf(ending), position, startedAt, at };
  await connections.handle(connectionId, { type: 'EndSync', data }, context);
}

/** Does what the message about a job's end will do, or did, for a job that has ended. */
export async function commitEnd(
  coordinator: Pick<Coordinator, 'connections' | 'eventStore'>,
  tenant: string,
  jobId: string,
): Promise<void> {
  const context = { tenant, actor: 'coordinator' };
  const newestFirst = coordinator.eventStore.read(jobStream.of(jobId), { direction: 'backwards' });
  for await (const stored of newestFirst) {
    const event = jobStream.read(stored);
    if (!event) continue;
    const { position } = event;
    if (isEnding(event)) await endSync(coordinator, context, { tenant, jobId, ending: event, position });
    return;
  }
}

const outcomeOf = (ending: JobEnding) =>
  ending.type === 'JobCompleted' ? { result: ending.data.result, cursor: ending.data.cursor } : { result: null };

/**
 * The time of a planned sync has come. Its job's id derives from connection and time, so that any number of
 * coordinators start it once.
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
  // Nobody asked: a trace begins here.
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
    const order = { jobId, requestHash: 'schedule', type: 'full', trigger: 'schedule', whenBusy: 'queue' } as const;
    await startJob(coordinator, context, connection, order);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    if (error.code === 'DUPLICATE_JOB') return;
    const data = { plannedAt, reason: error.code, at: time.now() };
    await connections.handle(connectionId, { type: 'SkipSync', data }, context);
  }
}
