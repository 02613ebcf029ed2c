import type { IntegrationCursor, IntegrationPipeline, ObjectCursor, Stage } from '@tidemark/pipelines';
import type { RecordStore } from '@tidemark/record-store';
import { scopeOf } from '../row-ledger.js';
import { deleteGone, isComplete } from './delete-gone.js';
import { openSinks } from './sinks.js';
import { objectCursors, packed, unpacked } from './object-cursors.js';

/**
 * Commits how far each object was read. One that failed goes on from where it was before, and so does one of which only
 * pushed objects were read; a sample or a backfill commits nothing.
 */
export const finalizeStage =
  (records: RecordStore): Stage<IntegrationPipeline, 'finalize'> =>
  async (context) => {
    const { job, output, parameters, cursor, blobs } = context;
    const { startedAt, objects, failedRows } = output('prepare');
    if (failedRows) return { output: {} };
    const starts = await unpacked(objects, blobs);
    const pushed = new Set(starts.flatMap(({ object, from }) => (from === 'pushed' ? [object] : [])));
    const ends = await unpacked(output('sync').objects, blobs);
    const counts = await deleteGone(context, records, await openSinks(context, records), ends);
    // What a whole read has not tried is gone from the source.
    for (const [object, end] of Object.entries(ends))
      if (isComplete(end)) await records.failedRows.settleUntried(scopeOf(job), job.id, { object });
    const cursors: { [object: string]: ObjectCursor } = {
      ...(await objectCursors(cursor as IntegrationCursor | null, blobs)),
    };
    for (const [object, { cursor: reached, error }] of Object.entries(ends))
      if (!error && !pushed.has(object)) cursors[object] = { ...(reached && { cursor: reached }), startedAt };
    const commits = job.type !== 'backfill' && parameters.limit === undefined;
    const isWhole = Object.values(ends).every(({ error }) => !error);
    return {
      ...{ output: {}, counts },
      ...(commits && { cursor: { objects: await packed(cursors, blobs) } }),
      ...(!isWhole && { finish: 'completed_with_errors' }),
    };
  };
