import { endStates, type CommandContext, type EndedJob } from '@tidemark/contracts';
import { Unreadable } from '@tidemark/event-store';
import { Retryable, Terminal } from '@tidemark/messaging';
import type { Consumer } from '@tidemark/platform';
import { takeEnd } from '../actions/end-sync.js';
import type { Coordinator } from '../coordinator.js';
import { recordEnding } from '../metrics.js';
import { JOB_ENDED } from './outbox.js';

/** A coordinator of the release that knows this kind of ending takes it from the queue meanwhile. */
const NEWER_AGAIN_MS = 5_000;

/** Handles the end of a job. */
export const endedJobs = (coordinator: Pick<Coordinator, 'connections' | 'eventStore'>): Consumer => ({
  options: { durable: 'job-coordinator', subject: JOB_ENDED, ackWaitMs: 5000, maxDeliver: -1, concurrency: 64 },
  handle: async (job: EndedJob, context: CommandContext) => {
    const { type } = job.ending;
    if (!Object.hasOwn(endStates, type)) throw new Retryable(`${type} is of a newer release`, NEWER_AGAIN_MS);
    const taken = takeEnd(coordinator, { ...context, actor: 'coordinator' }, job);
    const end = await taken.catch(terminalIfUnreadable);
    if (end) recordEnding(end.ending);
  },
});

/** The connection stands still: the message is filed until a version that can read it is there. */
function terminalIfUnreadable(error: unknown): never {
  throw error instanceof Unreadable ? new Terminal(error.message, { cause: error }) : error;
}
