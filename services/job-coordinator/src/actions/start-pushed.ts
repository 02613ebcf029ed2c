import { TidemarkError } from '@tidemark/contracts';
import { StreamDeleted } from '@tidemark/event-store';
import { exists } from '../connection/connection.js';
import type { Context, Coordinator } from '../coordinator.js';
import { isEnded } from '../job/job.js';
import { assertNotCreated } from './job-identity.js';
import { startJob } from './start-job.js';

/** Pushes of this long are the work of one job, in milliseconds. */
const COLLECT_MS = 3_000;
/** While the job before has not ended, more is collected. */
const BUSY_MS = 2_000;

/**
 * Starts the job of what was pushed for a connection; any number of coordinators create one. What waits while the
 * connection is paused or disconnected stays until it is resumed.
 * @returns milliseconds after which to look again; null when nothing is left to do
 */
export async function startPushed(coordinator: Coordinator, connectionId: string): Promise<number | null> {
  const { connections, pushes, jobs, time } = coordinator;
  const { state: connection } = await connections.load(connectionId);
  if (!exists(connection) || connection.paused || connection.status !== 'active') return null;
  const context = { tenant: connection.tenant, actor: 'webhook' };
  let { state } = await pushes.load(connectionId);
  if (state.taken) {
    await create(coordinator, context, connectionId, state.taken);
    if (state.waiting.size === 0) return null;
    const { state: job } = await jobs.load(state.taken.jobId).catch(ifDeleted);
    if (job.status !== 'absent' && !isEnded(job)) return BUSY_MS;
  }
  if (state.waiting.size === 0) return null;
  const age = time.now() - state.since;
  // A clock that was set back must not hold anything up.
  if (age >= 0 && age < COLLECT_MS) return COLLECT_MS - age;
  const data = { connectionId, at: time.now() };
  ({ state } = await pushes.handle(connectionId, { type: 'TakePushes', data }, context));
  if (state.taken) await create(coordinator, context, connectionId, state.taken);
  return state.waiting.size === 0 ? null : BUSY_MS;
}

/** Creates the job that took these, if it has not been created. */
async function create(
  coordinator: Coordinator,
  context: Context,
  connectionId: string,
  { jobId, pushed }: { readonly jobId: string; readonly pushed: readonly object[] },
): Promise<void> {
  const identity = { jobId, requestHash: 'pushes' };
  try {
    await assertNotCreated(coordinator, identity);
    const { state: connection } = await coordinator.connections.load(connectionId);
    if (!exists(connection)) return;
    const request = { ...identity, type: 'webhook', trigger: 'webhook', whenBusy: 'queue' } as const;
    await startJob(coordinator, { ...context, correlationId: jobId }, connection, {
      ...request,
      parameters: { pushed },
    });
  } catch (error) {
    if (error instanceof StreamDeleted) return;
    if (error instanceof TidemarkError && error.code === 'DUPLICATE_JOB') return;
    throw error;
  }
}

/** A job whose events were deleted has ended. */
function ifDeleted(error: unknown) {
  if (error instanceof StreamDeleted) return { state: { status: 'absent' } } as const;
  throw error;
}
