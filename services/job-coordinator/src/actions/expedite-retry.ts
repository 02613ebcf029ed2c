import type { Context, Coordinator } from '../coordinator.js';

/** The job waits for its next attempt no longer; nothing changes when it does not wait. */
export const expediteRetry = ({ jobs, time }: Coordinator, context: Context, jobId: string, reason: string) =>
  jobs.handle(jobId, { type: 'ExpediteRetry', data: { reason, at: time.now() } }, context);
