import type { ExplainJobs, WaitingFor } from '@tidemark/contracts';
import { explain } from '../agenda/waiting.js';
import type { Coordinator } from '../coordinator.js';

/** Why each of these jobs is not running; running jobs and those of other tenants are omitted. */
export function explainJobs(
  { agenda, settings, time }: Coordinator,
  { tenant, jobIds }: ExplainJobs,
): Record<string, WaitingFor> {
  const limits = { cap: settings.tenantMaxRunning, now: time.now() };
  const own = jobIds.filter((jobId) => agenda.jobs.get(jobId)?.tenant === tenant);
  return Object.fromEntries(
    own.flatMap((jobId) => {
      const reason = explain(agenda, jobId, limits);
      return reason ? [[jobId, reason]] : [];
    }),
  );
}
