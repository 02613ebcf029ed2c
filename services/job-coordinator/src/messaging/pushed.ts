import type { PushesWaiting } from '@tidemark/contracts';
import { Unreadable } from '@tidemark/event-store';
import { Retryable, Terminal } from '@tidemark/messaging';
import type { Consumer } from '@tidemark/platform';
import { startPushed } from '../actions/start-pushed.js';
import type { Coordinator } from '../coordinator.js';
import { PUSHED } from './outbox.js';

/** Turns what was pushed into jobs. */
export const pushedObjects = (coordinator: Coordinator): Consumer => ({
  options: {
    durable: 'job-coordinator-pushes',
    subject: PUSHED,
    ackWaitMs: 30_000,
    maxDeliver: -1,
    concurrency: 64,
    backoffMs: [1_000, 5_000, 15_000],
  },
  handle: async ({ connectionId }: PushesWaiting) => {
    const again = await startPushed(coordinator, connectionId).catch(terminalIfUnreadable);
    if (again !== null) throw new Retryable('more is collected', again);
  },
});

/** The connection stands still: the message is filed until a version that can read it is there. */
function terminalIfUnreadable(error: unknown): never {
  throw error instanceof Unreadable ? new Terminal(error.message, { cause: error }) : error;
}
