import { readBlob, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { FoundChange, RenderComparison } from '@tidemark/contracts';
import { render, type Change, type CompareOptions, type OperationRef } from '@tidemark/openapi-diff';
import { compareStored } from '@tidemark/openapi-diff/threads';

/**
 * Compares two normalized documents by the current rules, the most severe change first; large ones in a thread, which ends with
 * `signal`. `at`: milliseconds since the epoch. @throws OutOfMemoryError
 */
export async function compareSnapshots(
  blobs: BlobStore,
  before: BlobId,
  after: BlobId,
  at: number,
  signal?: AbortSignal,
): Promise<FoundChange[]> {
  return (await compareBlobs(blobs, before, after, { now: new Date(at) }, signal)).map(found);
}

/** The same as a document. `at`: milliseconds since the epoch. */
export async function renderComparison(
  blobs: BlobStore,
  { before, after, format, ignore, names }: RenderComparison,
  at: number,
): Promise<string> {
  const options = { now: new Date(at), ignore: [...ignore] };
  return render(await compareBlobs(blobs, before as BlobId, after as BlobId, options), format, names);
}

async function compareBlobs(
  blobs: BlobStore,
  before: BlobId,
  after: BlobId,
  options: CompareOptions,
  signal?: AbortSignal,
): Promise<Change[]> {
  return compareStored(await readBlob(blobs, before), await readBlob(blobs, after), options, { signal });
}

function found(change: Change, order: number): FoundChange {
  const { id: changeId, rule, severity, operation, operations, pointer, before, after, message } = change;
  return {
    changeId,
    rule,
    severity,
    operation: operation ? textOf(operation) : null,
    operations: operations?.map(textOf) ?? (operation ? [textOf(operation)] : []),
    pointer,
    before: before ?? null,
    after: after ?? null,
    message,
    order,
  };
}

const textOf = ({ method, path }: OperationRef) => `${method.toUpperCase()} ${path}`;
