import { readBlob, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { LargeReply, ListOperations, OperationList } from '@tidemark/contracts';
import { operationsStored, type ThreadOptions } from '@tidemark/openapi-diff/threads';
import { largeJson } from './large-reply.js';

/** One page of the operations of a normalized document, methods in upper case as changes name them. @throws BlobNotFound · LimitExceeded */
export async function listOperations(
  blobs: BlobStore,
  { canonicalBlob, page, perPage }: ListOperations,
  thread: ThreadOptions = {},
): Promise<LargeReply<OperationList>> {
  const canonical = await readBlob(blobs, canonicalBlob as BlobId);
  return largeJson(blobs, await operationsStored(canonical, (page - 1) * perPage, perPage, thread));
}
