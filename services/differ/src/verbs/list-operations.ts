import { readBlob, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { ListOperations, OperationList } from '@tidemark/contracts';
import { operationsStored } from '@tidemark/openapi-diff/threads';

/** One page of the operations of a normalized document, methods in upper case as changes name them. @throws BlobNotFound */
export async function listOperations(
  blobs: BlobStore,
  { canonicalBlob, page, perPage }: Omit<ListOperations, 'tenant'>,
): Promise<OperationList> {
  const canonical = await readBlob(blobs, canonicalBlob as BlobId);
  const { data, total } = await operationsStored(canonical, (page - 1) * perPage, perPage);
  return { data: data.map((operation) => ({ ...operation, method: operation.method.toUpperCase() })), total };
}
