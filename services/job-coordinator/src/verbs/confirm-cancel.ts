import type { CancelConfirmation } from '@tidemark/contracts';
import type { Context, Coordinator } from '../coordinator.js';

/** The runner stopped as requested. @throws TidemarkError STALE_CLAIM */
export async function confirmCancel(
  { jobs, time }: Coordinator,
  context: Context,
  { jobId, claim }: CancelConfirmation,
): Promise<object> {
  await jobs.handle(jobId, { type: 'ConfirmCancel', data: { claim, at: time.now() } }, context);
  return {};
}
