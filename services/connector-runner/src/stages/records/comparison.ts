import { BlobNotFound, readJson, type BlobId } from '@tidemark/blob-store';
import { EXTERNAL_ID, type DestinationSettings } from '@tidemark/contracts';
import {
  artefact,
  StageFailed,
  type RecordsCursor,
  type RecordsPipeline,
  type StageContext,
} from '@tidemark/pipelines';
import { compare, SnapshotUnusable, type CompareOptions, type Comparison, type Row } from '@tidemark/row-diff';
import type { RowRef } from '@tidemark/record-store';
import type { RowKey } from './keys.js';
import { linesOf } from '../lines.js';

export type Context = StageContext<RecordsPipeline>;

export const destinationOf = ({ destinations }: Pick<Context, 'destinations'>): DestinationSettings => destinations[0]!;

export const keyOf = (context: Pick<Context, 'destinations'>): readonly string[] =>
  destinationOf(context).key ?? [EXTERNAL_ID];

/** Names a row in the ledger of failed rows. */
export const rowOf = (
  context: Pick<Context, 'destinations' | 'source'>,
  { key }: { readonly key: RowKey },
): RowRef => ({
  destination: destinationOf(context).name,
  object: context.source.objects![0]!,
  key,
});

/** The comparison that `detect` has read to its end, for `finalize` to commit. */
export const complete = artefact<Comparison>('records-comparison');

/** A full job offers every row again; rows that are appended are offered once. */
export const isAnew = (context: Context): boolean =>
  (context.job.type === 'full' || context.output('query').restoredTo === null) &&
  context.parameters.rows === undefined &&
  destinationOf(context).mode !== 'append';

/** Of rows and the index of earlier ones, before they go to the disk. */
const MEMORY = 64 * 1024 * 1024;

/** Compares the rows of `query`: the same rows yield the same differences and the same snapshot, in any process. */
export async function comparisonOf(
  context: Context,
  previous: BlobId | undefined,
  { onAdded = 'report' }: Pick<CompareOptions, 'onAdded'> = {},
): Promise<Comparison> {
  const { blobs, signal } = context;
  const { rows, columns } = context.output('query');
  const key = keyOf(context);
  const names = await readJson<readonly string[]>(blobs, columns);
  return compare(linesOf<Row>(blobs, rows), {
    ...{ key, previous, snapshots: blobs, memoryLimit: MEMORY, onAdded, signal },
    columns: names.filter((name) => !key.includes(name)),
  });
}

/** What the destination has, as far as it is known. */
export const snapshotBefore = (context: Context): BlobId | undefined =>
  context.output('query').restoredTo ?? (context.cursor as RecordsCursor | null)?.snapshot;

/** The snapshot that this job compares with. */
export const baseline = (context: Context): BlobId | undefined =>
  isAnew(context) || context.output('query').restoredTo === null ? undefined : snapshotBefore(context);

export const isLostSnapshot = (context: Context, error: unknown): error is Error =>
  error instanceof SnapshotUnusable || (error instanceof BlobNotFound && error.id === snapshotBefore(context));

/** In place of an error that only a full job gets rid of: a StageFailed that says so. */
export function explained(context: Context, error: unknown): unknown {
  if (!isLostSnapshot(context, error)) return error;
  const message = `the snapshot of the last job cannot be used (${error.message}): start a job of type full`;
  return new StageFailed('SNAPSHOT_UNUSABLE', message, { retryable: false, cause: error });
}
