import { readBlob, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { RenderComparison } from '@tidemark/contracts';
import { findChanges, renderStored, type ChangesFound, type ThreadOptions } from '@tidemark/openapi-diff/threads';

/**
 * Compares two normalized documents by the current rules, the most severe change first. `at`: milliseconds since the
 * epoch. With `ids`, each change has an `id` that derives from those. The changes are JSON: FoundChange[].
 * @throws BlobNotFound · LimitExceeded
 */
export async function compareSnapshots(
  blobs: BlobStore,
  { before, after }: { readonly before: string; readonly after: string },
  at: number,
  thread: ThreadOptions,
  ids?: readonly string[],
): Promise<ChangesFound> {
  const sides = [await readBlob(blobs, before as BlobId), await readBlob(blobs, after as BlobId)] as const;
  return findChanges(...sides, { now: new Date(at) }, ids, thread);
}

/** The same as a document in UTF-8. */
export async function renderComparison(
  blobs: BlobStore,
  { before, after, format, ignore, names }: RenderComparison,
  at: number,
  thread: ThreadOptions,
): Promise<Uint8Array> {
  const sides = [await readBlob(blobs, before as BlobId), await readBlob(blobs, after as BlobId)] as const;
  return renderStored(...sides, { now: new Date(at), ignore: [...ignore] }, format, { ...names }, thread);
}
