import { instantOf } from '@tidemark/foundation';
import type { Logger } from '@tidemark/platform';
import { advanceSync } from '../actions/advance-sync.js';
import { cancelOrphan } from '../actions/cancel-orphan.js';
import { commitEnd } from '../actions/end-sync.js';
import { expediteRetry } from '../actions/expedite-retry.js';
import { forceCancel } from '../actions/force-cancel.js';
import { startPlannedSync } from '../actions/start-planned-sync.js';
import type { Expedited } from '../agenda/agenda.js';
import type { LiveJob } from '../agenda/live-jobs.js';
import type { Context, Coordinator } from '../coordinator.js';
import type { JobCommand } from '../job/job.commands.js';
import { isEnded, type JobState } from '../job/job.js';
import { corrected, repaired, repeated } from '../metrics.js';
import type { AuditActions } from './audit.js';
import type { ClaimActions } from './liveness.js';
import type { DueActions } from './timers.js';

const coordinatorOf = (tenant: string, job?: LiveJob): Context => ({ tenant, actor: 'coordinator', ...job?.origin });

/** The actions of due timers. */
export const dueActions = (coordinator: Coordinator): DueActions => {
  const about = (jobId: string, tenant: string) => coordinatorOf(tenant, coordinator.agenda.jobs.get(jobId));
  return {
    startPlannedSync: async (connectionId, _tenant, plannedAt) => {
      await startPlannedSync(coordinator, connectionId, plannedAt);
    },
    forceCancel: (jobId, tenant) => forceCancel(coordinator, about(jobId, tenant), jobId),
    cancelOrphan: (jobId, tenant) => cancelOrphan(coordinator, about(jobId, tenant), jobId),
    wake: () => coordinator.admission.wake(),
  };
};

/** Ends a job's wait for its next attempt. */
export const expediteAction =
  (coordinator: Coordinator) =>
  async ({ jobId, tenant, reason }: Expedited): Promise<void> => {
    const context = coordinatorOf(tenant, coordinator.agenda.jobs.get(jobId));
    await expediteRetry(coordinator, context, jobId, reason);
  };

/** The actions on a claim that is silent, stalled or recovered, and on a message that may have been lost. */
export function claimActions(coordinator: Coordinator): ClaimActions {
  const { jobs, agenda, admission, time } = coordinator;
  const correct = async (jobId: string, tenant: string, state: JobState): Promise<boolean> => {
    if (!agenda.correct(jobId, state)) return false;
    corrected.add(1);
    if (isEnded(state)) await commitEnd(coordinator, tenant, jobId);
    admission.wake();
    return true;
  };
  const handle = async (job: LiveJob, command: JobCommand) => {
    const { state } = await jobs.handle(job.id, command, coordinatorOf(job.tenant, job));
    // Nothing is silent or stalled in a job that has ended.
    if (isEnded(state)) await correct(job.id, job.tenant, state);
  };
  return {
    expire: (job, { number: claim }) =>
      handle(job, { type: 'ExpireClaim', data: { claim, random: Math.random(), at: time.now() } }),
    stall: (job, { number: claim, advancedAt, stillMs }) => {
      const at = time.now();
      return handle(job, { type: 'StallClaim', data: { claim, since: Math.max(advancedAt, at - stillMs), at } });
    },
    recover: (job, { number: claim }) => handle(job, { type: 'RecoverClaim', data: { claim, at: time.now() } }),
    sendAgain: async (overdue) => {
      const { jobId, tenant, what } = overdue;
      repeated.add(1, { what });
      if (what === 'work') {
        const { state } = await jobs.load(jobId);
        if (!(await correct(jobId, tenant, state))) await admission.offerAgain(overdue);
        return;
      }
      await commitEnd(coordinator, tenant, jobId);
      agenda.confirmEnd(jobId);
      admission.wake();
    },
  };
}

/** The actions of the slow audit. */
export const auditActions = (coordinator: Coordinator, logger: Logger): AuditActions => ({
  startPlannedSync: ({ connectionId, at }) => startPlannedSync(coordinator, connectionId, at),
  advanceSync: (plan, nextSyncAt) => advanceSync(coordinator, plan, nextSyncAt),
  repaired: (cause, { connectionId, at }) => {
    repaired.add(1, { cause });
    const found = cause === 'passed' ? 'had passed without a job' : 'lay behind the time that its schedule asks for';
    logger.warn(`the sync of connection ${connectionId} planned for ${instantOf(at)} ${found}: planned anew`);
  },
  admit: () => coordinator.admission.reconsider(),
});
