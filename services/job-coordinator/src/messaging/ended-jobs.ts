import type { CommandContext, EndedJob } from '@tidemark/contracts';
import { Unreadable } from '@tidemark/event-store';
import { Terminal } from '@tidemark/messaging';
import type { Consumer } from '@tidemark/platform';
import { endSync } from '../actions/end-sync.js';
import type { Coordinator } from '../coordinator.js';
import { recordEnding } from '../metrics.js';
import { JOB_ENDED } from './outbox.js';

/** Handles the end of a job. */
export const endedJobs = (coordinator: Pick<Coordinator, 'connections'>): Consumer => ({
  options: { durable: 'job-coordinator', subject: JOB_ENDED, ackWaitMs: 5000, maxDeliver: -1, concurrency: 64 },
  handle: async (job: EndedJob, context: CommandContext) => {
    await endSync(coordinator, { ...context, actor: 'coordinator' }, job).catch(terminalIfUnreadable);
    recordEnding(job.ending);
  },
});

/** The connection stands still: the message is filed until a version that can read it is there. */
function terminalIfUnreadable(error: unknown): never {
  throw error instanceof Unreadable ? new Terminal(error.message, { cause: error }) : error;
}
