import type { ClaimRef, ReportTaken } from '@tidemark/contracts';
import type { Context, Coordinator } from '../coordinator.js';
import type { JobCommand } from '../job/job.commands.js';
import { ownedJob } from './find-job.js';

/** Passes the report of a claim to its job. @throws TidemarkError STALE_CLAIM · NOT_FOUND */
export async function takeReport<Report extends ClaimRef>(
  { jobs, time }: Coordinator,
  context: Context,
  { tenant, jobId, ...report }: Report,
  commandOf: (report: Omit<Report, 'tenant' | 'jobId'>, at: number) => JobCommand,
): Promise<ReportTaken> {
  const { state } = await jobs.handle(jobId, commandOf(report, time.now()), context);
  return { ended: ownedJob(state, tenant).claim?.number !== report.claim };
}
