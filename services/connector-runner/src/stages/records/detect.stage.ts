import type { BlobId } from '@tidemark/blob-store';
import type { WriteRow } from '@tidemark/connector-sdk';
import type { JsonObject } from '@tidemark/foundation';
import {
  StageFailed,
  type DetectOutput,
  type RecordsCursor,
  type RecordsPipeline,
  type Stage,
} from '@tidemark/pipelines';
import type { Comparison, Counts as RowCounts, Difference, Key } from '@tidemark/row-diff';
import { ErrorList, MAX_HELD_ERRORS } from '../integration/row-errors.js';
import {
  type Context,
  baseline,
  comparisonOf,
  complete,
  destinationOf,
  explained,
  isAnew,
  keyOf,
  snapshotBefore,
} from './comparison.js';
import { failedRowKeys, type RowKey } from './keys.js';
import { putLines } from './lines.js';

/** A row to write, with its key. */
export interface Change extends WriteRow {
  readonly key: RowKey;
}

/** Of a smaller table any number may go at once. */
const FEW = 100;
const DEFAULT_MAX_DELETES = 0.3;

/** Finds what differs from the last snapshot, and keeps it in a blob for `write`. */
export const detectStage: Stage<RecordsPipeline, 'detect'> = async (context) => {
  const { resumeFrom, counts: before } = context;
  if (resumeFrom) {
    const { dry, ...output } = resumeFrom.cursor as unknown as DetectOutput & { readonly dry?: DryRun };
    return { output, counts: resumeFrom.counts ?? {}, ...(dry && dryRun(dry)) };
  }
  try {
    const detected = await detect(context);
    const { output, refused, skipped, errors, dry } = detected;
    const counts = { failed: before.failed + refused, skipped };
    const stored = await errors.store(context.blobs);
    await context.checkpoint({
      cursor: { ...output, ...(dry && { dry }) },
      counts,
      ...(stored && { errors: stored }),
    });
    return { output, counts, ...(dry && dryRun(dry)) };
  } catch (error) {
    context.signal.throwIfAborted();
    throw explained(error);
  }
};

type DryRun = { readonly wouldCreate: number; readonly wouldUpdate: number; readonly wouldDelete: number };

const dryRun = (metrics: DryRun) => ({ metrics, finish: 'succeeded' as const });

async function detect(context: Context) {
  const { blobs, artefacts, parameters } = context;
  const { problems } = context.output('query');
  const key = keyOf(context);
  const isMirror = destinationOf(context).mode === 'mirror';
  const wanted = parameters.rows === 'failed' ? await failedBefore(context) : undefined;
  const comparison = await comparisonOf(context, baseline(context));
  const errors = new ErrorList();
  const held: Key[] = [];
  const would = { wouldCreate: 0, wouldUpdate: 0, wouldDelete: 0 };
  let refused = 0;
  let count = 0;
  const refuse = (difference: Difference) => {
    refused += 1;
    if (refused <= MAX_HELD_ERRORS) errors.add(problemOf(difference, context.source.objects![0]!));
  };
  async function* changes(): AsyncGenerator<Change> {
    for await (const difference of comparison) {
      if (difference.type === 'nullKey' || difference.type === 'duplicateKey') refuse(difference);
      // A row that could not be used may be the one that seems to be gone.
      else if (
        (wanted && !wanted.has(JSON.stringify(difference.key))) ||
        (difference.type === 'removed' && problems > 0)
      )
        held.push(difference.key);
      else {
        const change = changeOf(difference, key, destinationOf(context).mode);
        if (change) yield taken(change, difference.type);
      }
    }
    if (isMirror && isAnew(context) && problems === 0)
      for await (const gone of goneSince(context)) yield taken(gone, 'removed');
  }
  const taken = (change: Change, type: Difference['type']): Change => {
    count += 1;
    would[type === 'added' ? 'wouldCreate' : type === 'removed' ? 'wouldDelete' : 'wouldUpdate'] += 1;
    return change;
  };
  const id: BlobId = await putLines(blobs, changes());
  if (isMirror) assertFewDeletes(context, comparison.counts, would.wouldDelete);
  artefacts.set<Comparison>(complete, comparison);
  const output: DetectOutput = { changes: id, count, held: await putLines(blobs, held) };
  return { output, refused, skipped: comparison.counts.unchanged, errors, ...(parameters.dryRun && { dry: would }) };
}

/** In a full job the baseline is empty: what is gone is found by comparing with the snapshot as well. */
async function* goneSince(context: Context): AsyncGenerator<Change> {
  const previous = snapshotBefore(context);
  if (previous === undefined) return;
  await using comparison = await comparisonOf(context, previous);
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

function problemOf(difference: Difference, objectType: string) {
  if (difference.type === 'nullKey')
    return {
      ...{ objectType, code: 'KEY_MISSING', field: difference.columns[0]! },
      message: `row ${difference.rowNumber}: key column ${difference.columns.join(', ')} has no value`,
    };
  const { key, rowNumber } = difference as Extract<Difference, { readonly type: 'duplicateKey' }>;
  const externalId = key.map(String).join(', ');
  const message = `row ${rowNumber}: an earlier row has the same key; that one counts`;
  return { objectType, code: 'KEY_DUPLICATE', message, externalId };
}

/** The rows that the last job left out. */
async function failedBefore({ blobs, cursor }: Context): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const key of failedRowKeys(blobs, (cursor as RecordsCursor | null)?.failed)) keys.add(JSON.stringify(key));
  return keys;
}

/** @throws StageFailed before anything is written */
function assertFewDeletes(
  { policies: { maxDeletes = DEFAULT_MAX_DELETES } }: Context,
  { rows, added, removed }: RowCounts,
  deletes: number,
): void {
  const before = Math.max(rows - added, 0) + Math.max(removed, deletes);
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
