import type { Conditions } from '@tidemark/foundation';
import { BlobStoreUnavailable } from './port.js';
import { SourceFailed } from './source.js';

const SUBJECT = 'writes of blobs';

/**
 * Runs a write, and shows in the conditions whether the store can be written.
 * @param translate the adapter's error in the port's terms
 * @throws the error of the caller's own source unchanged, else the translated one
 */
export async function watchedWrite<T>(
  conditions: Conditions | undefined,
  write: () => Promise<T>,
  translate: (error: unknown) => unknown = (error) => error,
): Promise<T> {
  try {
    const written = await write();
    conditions?.clear(SUBJECT);
    return written;
  } catch (error) {
    if (error instanceof SourceFailed) throw error.cause;
    const failure = translate(error);
    if (failure instanceof BlobStoreUnavailable)
      conditions?.raise(SUBJECT, `${failure.message}. Snapshots are taken once it can be written`);
    throw failure;
  }
}
