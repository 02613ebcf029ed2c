import type { Context, Coordinator } from '../coordinator.js';

/** The runner did not stop in time. */
export async function forceCancel({ jobs, time }: Coordinator, context: Context, jobId: string): Promise<void> {
  await jobs.handle(jobId, { type: 'ForceCancel', data: { at: time.now() } }, context);
}
