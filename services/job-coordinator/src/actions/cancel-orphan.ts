import { exists } from '../connection/connection.js';
import type { Context, Coordinator } from '../coordinator.js';

/** Cancels a waiting job whose connection was removed; a runner that has claimed it meanwhile may finish. */
export async function cancelOrphan(
  { jobs, connections, time }: Coordinator,
  context: Context,
  jobId: string,
): Promise<void> {
  const { state: job } = await jobs.load(jobId);
  if (job.status === 'absent' || job.claim) return;
  const { state: connection } = await connections.load(job.connectionId);
  if (exists(connection)) return;
  const at = time.now();
  await jobs.handle(
    jobId,
    { type: 'CancelJob', data: { reason: 'the connection was removed', deadline: at, at } },
    context,
  );
}
