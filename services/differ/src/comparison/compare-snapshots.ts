import { readJson, type BlobId, type BlobStore } from '@tidemark/blob-store';
import { severities, type ChangeDocument, type Severity } from '@tidemark/contracts';
import { compare, type CanonicalApi, type Change, type OperationRef } from '@tidemark/openapi-diff';

/** What a comparison finds, as it is recorded and shown. */
export type FoundChange = Pick<
  ChangeDocument,
  'changeId' | 'rule' | 'severity' | 'operation' | 'operations' | 'pointer' | 'before' | 'after' | 'message' | 'order'
>;

/** Compares two normalized documents by today's rules, the gravest change first. `at`: milliseconds since the epoch. */
export async function compareSnapshots(
  blobs: BlobStore,
  before: BlobId,
  after: BlobId,
  at: number,
): Promise<FoundChange[]> {
  const old = await readJson<CanonicalApi>(blobs, before);
  const now = await readJson<CanonicalApi>(blobs, after);
  return compare(old, now, { now: new Date(at) }).changes.map(found);
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

/** How many changes there are of each severity. */
export const tally = (changes: readonly { readonly severity: Severity }[]): Record<Severity, number> =>
  Object.fromEntries(
    severities.map((severity) => [severity, changes.filter((change) => change.severity === severity).length]),
  ) as Record<Severity, number>;
