import type { CommandContext, EndedJob } from '@tidemark/contracts';
import type { Consumer } from '@tidemark/platform';
import { takeEnd } from '../actions/end-sync.js';
import type { Coordinator } from '../coordinator.js';
import { recordEnding } from '../metrics.js';
import { JOB_ENDED } from './outbox.js';

/** Handles the end of a job. */
export const endedJobs = (coordinator: Pick<Coordinator, 'connections' | 'eventStore'>): Consumer => ({
  options: { durable: 'job-coordinator', subject: JOB_ENDED, ackWaitMs: 5000, maxDeliver: -1, concurrency: 64 },
  handle: async (job: EndedJob, context: CommandContext) => {
    const end = await takeEnd(coordinator, { ...context, actor: 'coordinator' }, job);
    if (end) recordEnding(end.ending);
  },
});
