import { TidemarkError } from '@tidemark/contracts';
import { LimitExceeded, type ThreadOptions } from '@tidemark/openapi-diff/threads';

/** Milliseconds that callers wait for an answer: what takes longer is dropped. */
const CALLERS_WAIT_MS = 30_000;

/** Does work on documents for a caller. @throws TidemarkError PAYLOAD_TOO_LARGE · SERVICE_UNAVAILABLE */
export async function forCaller<T>(tenant: string, work: (thread: ThreadOptions) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(CALLERS_WAIT_MS);
  try {
    return await work({ tenant, signal });
  } catch (error) {
    if (error instanceof LimitExceeded)
      throw new TidemarkError('PAYLOAD_TOO_LARGE', error.message, {}, { cause: error });
    if (error === signal.reason)
      throw new TidemarkError('SERVICE_UNAVAILABLE', `the answer took longer than ${CALLERS_WAIT_MS / 1000} s`);
    throw error;
  }
}
