import type { ClaimRelease } from '@tidemark/contracts';
import type { Context, Coordinator } from '../coordinator.js';

/** The runner was stopped and gives its leg back. Does nothing when the claim is over. */
export async function releaseClaim(
  { jobs, time }: Coordinator,
  context: Context,
  { jobId, claim }: ClaimRelease,
): Promise<object> {
  await jobs.handle(jobId, { type: 'ReleaseClaim', data: { claim, at: time.now() } }, context);
  return {};
}
