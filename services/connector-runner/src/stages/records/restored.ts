import type { QueryOutput, RecordsCursor, RecordsPosition } from '@tidemark/pipelines';
import type { BlobId } from '@tidemark/blob-store';
import { positionIn } from '../positions.js';
import { type Context, destinationOf } from './comparison.js';

/** Jobs whose end a restored destination can be at. */
const REMEMBERED = 10;

const known = ({ cursor }: Pick<Context, 'cursor'>): readonly RecordsPosition[] =>
  (cursor as RecordsCursor | null)?.positions ?? [];

/** Where the destination stands: one that is behind the last job was restored from a copy. */
export async function standOf(context: Context): Promise<Pick<QueryOutput, 'position' | 'restoredTo'>> {
  // A job of a few rows cannot feed it again: the next one of all rows does.
  if (context.parameters.rows === 'failed') return {};
  const found = await positionIn(context, destinationOf(context), context.source.objects![0]!);
  if (found === undefined) return {};
  const number = found?.number ?? 0;
  const last = known(context).at(-1);
  if (!last || number >= last.number) return { position: number };
  // Numbers of what was lost are not used again.
  return { position: last.number, restoredTo: snapshotAt(context, number) };
}

/** A copy from the middle of a job has no snapshot; rows that are appended go on from the one before it. */
function snapshotAt(context: Context, number: number): BlobId | null {
  const earlier = known(context).filter((one) => one.number <= number);
  const nearest = earlier.at(-1);
  const isExact = nearest?.number === number || destinationOf(context).mode === 'append';
  return nearest && isExact ? nearest.snapshot : null;
}

/** The positions to keep with the snapshot that the job commits. */
export async function positionsAfter(context: Context, snapshot: BlobId): Promise<Pick<RecordsCursor, 'positions'>> {
  const { position } = context.output('query');
  const before = known(context);
  if (position === undefined) return before.length > 0 ? { positions: before } : {};
  const found = await positionIn(context, destinationOf(context), context.source.objects![0]!);
  const number = Math.max(position, found?.number ?? 0);
  const others = before.filter((one) => one.number !== number);
  return { positions: [...others, { number, snapshot }].slice(-REMEMBERED) };
}
