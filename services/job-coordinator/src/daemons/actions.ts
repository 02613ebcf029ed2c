import { forceCancel } from '../actions/force-cancel.js';
import { startPlannedSync } from '../actions/start-planned-sync.js';
import type { Expedited } from '../agenda/agenda.js';
import type { LiveJob } from '../agenda/live-jobs.js';
import type { Context, Coordinator } from '../coordinator.js';
import type { JobCommand } from '../job/job.commands.js';
import type { ClaimActions } from './liveness.js';
import type { DueActions } from './timers.js';

const coordinatorOf = (tenant: string, job?: LiveJob): Context => ({ tenant, actor: 'coordinator', ...job?.origin });

/** The actions of due timers. */
export const dueActions = (coordinator: Coordinator): DueActions => ({
  startPlannedSync: (connectionId, _tenant, plannedAt) => startPlannedSync(coordinator, connectionId, plannedAt),
  forceCancel: (jobId, tenant) =>
    forceCancel(coordinator, coordinatorOf(tenant, coordinator.agenda.jobs.get(jobId)), jobId),
  wake: () => coordinator.admission.wake(),
});

/** Ends a job's wait for its next attempt. */
export const expediteAction =
  ({ agenda, jobs, time }: Coordinator) =>
  async ({ jobId, tenant, reason }: Expedited): Promise<void> => {
    const context = coordinatorOf(tenant, agenda.jobs.get(jobId));
    await jobs.handle(jobId, { type: 'ExpediteRetry', data: { reason, at: time.now() } }, context);
  };

/** The actions on a claim that is silent, stalled or recovered. */
export function claimActions({ jobs, time }: Coordinator): ClaimActions {
  const handle = async (job: LiveJob, command: JobCommand) => {
    await jobs.handle(job.id, command, coordinatorOf(job.tenant, job));
  };
  return {
    expire: (job, { number: claim }) =>
      handle(job, { type: 'ExpireClaim', data: { claim, random: Math.random(), at: time.now() } }),
    stall: (job, { number: claim, advancedAt: since }) =>
      handle(job, { type: 'StallClaim', data: { claim, since, at: time.now() } }),
    recover: (job, { number: claim }) => handle(job, { type: 'RecoverClaim', data: { claim, at: time.now() } }),
  };
}
