import type { Plan } from '../agenda/plans.js';
import { plannedJobId } from '../connection/schedule.js';
import type { Coordinator } from '../coordinator.js';

/** Plans a sync for an earlier time, unless a job has used that time; false when nothing changed. */
export async function advanceSync(
  { connections, jobs, time }: Coordinator,
  { connectionId, tenant, at: plannedAt }: Plan,
  nextSyncAt: number,
): Promise<boolean> {
  const { state: used } = await jobs.load(plannedJobId(connectionId, nextSyncAt));
  if (used.status !== 'absent') return false;
  const data = { plannedAt, nextSyncAt, at: time.now() };
  const context = { tenant, actor: 'coordinator' };
  const { events } = await connections.handle(connectionId, { type: 'AdvanceSync', data }, context);
  return events.length > 0;
}
