import type { BlobId } from '@tidemark/blob-store';
import type { JsonObject } from '@tidemark/foundation';
import {
  StageFailed,
  type DetectOutput,
  type RecordsCursor,
  type RecordsPipeline,
  type Stage,
} from '@tidemark/pipelines';
import type { Comparison, Counts as RowCounts, Difference, Key, Problem } from '@tidemark/row-diff';
import type { FailedRows } from '@tidemark/record-store';
import { ErrorList, MAX_HELD_ERRORS } from '../integration/row-errors.js';
import { Decisions, eachFailedRow, scopeOf } from '../row-ledger.js';
import {
  type Context,
  baseline,
  comparisonOf,
  complete,
  destinationOf,
  explained,
  isAnew,
  isLostSnapshot,
  keyOf,
  rowOf,
  snapshotBefore,
} from './comparison.js';
import { failedRowKeys, type RowKey } from './keys.js';
import type { Change } from './change.js';
import { Preview } from './preview.js';
import { putLines } from '../lines.js';

/** Of a smaller table any number may go at once. */
const FEW = 100;
const DEFAULT_MAX_DELETES = 0.3;

/** Finds what differs from the last snapshot, and keeps it in a blob for `write`. */
export const detectStage =
  (failedRows: FailedRows): Stage<RecordsPipeline, 'detect'> =>
  async (context) => {
    const { resumeFrom, counts: before } = context;
    if (resumeFrom) {
      const output = resumeFrom.cursor as unknown as DetectOutput;
      return { output, counts: resumeFrom.counts ?? {}, ...ending(context) };
    }
    try {
      const { output, refused, skipped, errors, would } = await detect(context, failedRows);
      const counts = { failed: before.failed + refused, skipped, ...(context.parameters.dryRun && would) };
      const stored = await errors.store(context.blobs);
      await context.checkpoint({ cursor: { ...output }, counts, ...(stored && { errors: stored }) });
      return { output, counts, ...ending(context) };
    } catch (error) {
      context.signal.throwIfAborted();
      throw explained(context, error);
    }
  };

/** A dry run ends here: its counts are what would have been done. */
const ending = ({ parameters }: Context) => (parameters.dryRun ? { finish: 'succeeded' as const } : {});

async function detect(context: Context, failedRows: FailedRows) {
  const { blobs, artefacts, parameters } = context;
  const { problems } = context.output('query');
  const key = keyOf(context);
  const isMirror = destinationOf(context).mode === 'mirror';
  /** What is gone shows in another comparison than that whose snapshot is committed. */
  const hasOther = isMirror && isAnew(context) && snapshotBefore(context) !== undefined;
  const wanted = parameters.rows === 'failed' ? await failedBefore(context, failedRows) : undefined;
  const decisions = new Decisions(await failedRows.decisions(scopeOf(context.job)));
  let discarded = 0;
  const before = baseline(context);
  /** Then every row is new: `write` takes them as `query` left them. */
  const takesAll = before === undefined && !wanted && decisions.isEmpty && !parameters.dryRun;
  const comparison = await comparisonOf(context, before, { onAdded: takesAll ? 'count' : 'report' });
  const errors = new ErrorList();
  const held: Key[] = [];
  const leftOut: number[] = [];
  const preview = new Preview();
  let refused = 0;
  let unusable = problems;
  let count = 0;
  let against: RowCounts = comparison.counts;
  const refuse = (difference: Problem) => {
    refused += 1;
    leftOut.push(difference.rowNumber);
    if (difference.type === 'nullKey') unusable += 1;
    if (refused <= MAX_HELD_ERRORS) errors.add(problemOf(difference, context.source.objects![0]!));
  };
  async function* changes(): AsyncGenerator<Change> {
    for await (const difference of comparison) {
      if (difference.type === 'nullKey' || difference.type === 'duplicateKey') refuse(difference);
      // A row that could not be used may be the one that seems to be gone.
      else if (
        (wanted && !wanted.has(JSON.stringify(difference.key))) ||
        (difference.type === 'removed' && unusable > 0)
      )
        held.push(difference.key);
      else {
        const change = changeOf(difference, key, destinationOf(context).mode);
        if (!change) continue;
        const corrected = decisions.about(rowOf(context, change), change.data);
        // Left to the snapshot as if it had been written: it is offered again when it changes.
        if (corrected === null) discarded += 1;
        else yield taken({ ...change, ...(corrected && { corrected }) }, difference);
      }
    }
    if (!hasOther || unusable > 0) return;
    try {
      await using earlier = await comparisonOf(context, snapshotBefore(context));
      for await (const gone of goneSince(context, earlier)) yield taken(gone, { type: 'removed' });
      against = earlier.counts;
    } catch (error) {
      // A full job is the way out of a lost snapshot: what was gone before is then unknown.
      if (!isLostSnapshot(context, error)) throw error;
    }
  }
  const taken = (
    change: Change,
    { type, ...difference }: { type: Difference['type']; columns?: readonly string[] },
  ): Change => {
    count += 1;
    preview.add(type === 'added' ? 'created' : type === 'removed' ? 'deleted' : 'updated', change, difference.columns);
    return change;
  };
  const id: BlobId = await putLines(blobs, changes());
  if (takesAll) count += comparison.counts.added;
  if (isMirror) assertFewDeletes(context, against, preview.counts.deleted);
  artefacts.set<Comparison>(complete, comparison);
  const output: DetectOutput = {
    ...{ changes: id, count, held: await putLines(blobs, held) },
    ...(takesAll && { rowsWithout: await putLines(blobs, leftOut) }),
    ...(hasOther && unusable > 0 && { isGoneUnknown: true }),
    ...(unusable > 0 && { hasUnusable: true }),
    ...(parameters.dryRun && { preview: (await blobs.put(JSON.stringify(preview))).id }),
  };
  const changed = decisions.takeChanged();
  if (!parameters.dryRun) await failedRows.record({ ...recordedBy(context), refused: [], settled: [], changed });
  return { output, refused, skipped: comparison.counts.unchanged + discarded, errors, would: preview.counts };
}

/** In a full job the baseline is empty: what is gone is found by comparing with the snapshot as well. */
async function* goneSince(context: Context, comparison: Comparison): AsyncGenerator<Change> {
  for await (const difference of comparison)
    if (difference.type === 'removed') yield changeOf(difference, keyOf(context), 'mirror')!;
}

/** Undefined: nothing to write in that mode. */
function changeOf(
  difference: Exclude<Difference, { readonly type: 'nullKey' | 'duplicateKey' }>,
  names: readonly string[],
  mode: string | undefined,
): Change | undefined {
  const key = difference.key as RowKey;
  if (difference.type !== 'removed')
    return mode === 'append' && difference.type === 'changed' ? undefined : { key, data: difference.row as JsonObject };
  if (mode !== 'mirror') return undefined;
  return { key, action: 'delete', data: Object.fromEntries(names.map((name, at) => [name, key[at]!])) };
}

function problemOf(difference: Problem, objectType: string) {
  if (difference.type === 'nullKey')
    return {
      ...{ objectType, code: 'KEY_MISSING', field: difference.columns[0]! },
      message: `row ${difference.rowNumber}: key column ${difference.columns.join(', ')} has no value`,
    };
  const { key, rowNumber } = difference;
  const externalId = key.map(String).join(', ');
  const message = `row ${rowNumber}: an earlier row has the same key; that one counts`;
  return { objectType, code: 'KEY_DUPLICATE', message, externalId };
}

const recordedBy = ({ job, now }: Context) => ({ ...scopeOf(job), jobId: job.id, at: now() });

/** The rows that failed before: those that the job names, or all, with those of versions that did not list them. */
async function failedBefore(
  { blobs, cursor, job, parameters, destinations }: Context,
  failedRows: FailedRows,
): Promise<ReadonlySet<string>> {
  const { only } = parameters;
  const filter = { destination: destinations[0]!.name, ...only };
  const keys = new Set<string>();
  for await (const { key } of eachFailedRow(failedRows, scopeOf(job), filter)) keys.add(JSON.stringify(key));
  if (only) return keys;
  for await (const key of failedRowKeys(blobs, (cursor as RecordsCursor | null)?.failed)) keys.add(JSON.stringify(key));
  return keys;
}

/** @throws StageFailed before anything is written */
function assertFewDeletes(
  { policies: { maxDeletes = DEFAULT_MAX_DELETES } }: Context,
  { rows, unchanged, changed, schemaOnly, removed }: RowCounts,
  deletes: number,
): void {
  const before = unchanged + changed + schemaOnly + removed;
  const isEmpty = rows === 0 && deletes > 0;
  if (maxDeletes >= 1 || (!isEmpty && (before <= FEW || deletes / before <= maxDeletes))) return;
  const remedy = 'look at the source, or set policies.maxDeletes to 1 for one run';
  throw isEmpty
    ? new StageFailed('EMPTY_RESULT', `the source has no rows, and ${deletes} would be deleted: ${remedy}`, {
        retryable: false,
      })
    : new StageFailed(
        'TOO_MANY_DELETES',
        `${deletes} of ${before} rows would be deleted, more than policies.maxDeletes (${maxDeletes}) allows: ${remedy}`,
        { retryable: false },
      );
}
