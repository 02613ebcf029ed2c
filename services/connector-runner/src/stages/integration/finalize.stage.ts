import type { IntegrationCursor, IntegrationPipeline, ObjectCursor, Stage } from '@tidemark/pipelines';
import { scopeOf } from '../row-ledger.js';
import { deleteGone, isComplete } from './delete-gone.js';
import { markRecords } from './lost-records.js';
import { positionsAfter } from './restored.js';
import { openSinks, type SinkNeeds } from './sinks.js';
import { objectCursors, packed, unpacked } from './object-cursors.js';

/**
 * Commits how far each object was read. One that failed goes on from where it was before, and so does one of which only
 * pushed objects were read; a sample or a backfill commits nothing.
 */
export const finalizeStage =
  (needs: SinkNeeds): Stage<IntegrationPipeline, 'finalize'> =>
  async (context) => {
    const { job, output, parameters, cursor, blobs } = context;
    const { startedAt, objects, isAnew, failedRows } = output('prepare');
    if (failedRows) return { output: {} };
    const starts = await unpacked(objects, blobs);
    const pushed = new Set(starts.flatMap(({ object, from }) => (from === 'pushed' ? [object] : [])));
    const before = cursor as IntegrationCursor | null;
    const ends = await unpacked(output('sync').objects, blobs);
    const counts = await deleteGone(context, needs.records, await openSinks(context, needs), ends);
    // What a whole read has not tried is gone from the source.
    for (const [object, end] of Object.entries(ends))
      if (isComplete(end)) await needs.records.failedRows.settleUntried(scopeOf(job), job.id, { object });
    const commits = job.type !== 'backfill' && parameters.limit === undefined;
    const known = isAnew ? {} : await objectCursors(before, blobs);
    const cursors: { [object: string]: ObjectCursor } = { ...known };
    for (const [object, { cursor: reached, error }] of Object.entries(ends)) {
      if (!commits || error || pushed.has(object)) continue;
      const start = starts.find((one) => one.object === object) ?? { object, from: 'beginning' as const };
      const positions = await positionsAfter(context, start, known[object]);
      cursors[object] = { ...(reached && { cursor: reached }), startedAt, ...positions };
    }
    const mark = parameters.pushed ? before?.mark : job.id;
    // Noted before it is committed: a cursor without its mark in the store would be read again from the beginning.
    if (commits && !parameters.pushed) await markRecords(context, needs.records);
    const isWhole = Object.values(ends).every(({ error }) => !error);
    return {
      ...{ output: {}, counts },
      ...(commits && { cursor: { objects: await packed(cursors, blobs), ...(mark !== undefined && { mark }) } }),
      ...(!isWhole && { finish: 'completed_with_errors' }),
    };
  };
