import type { IntegrationCursor, IntegrationPipeline, ObjectCursor, Stage } from '@tidemark/pipelines';
import type { RecordStore } from '@tidemark/record-store';
import { deleteGone } from './delete-gone.js';
import { positionsAfter } from './restored.js';
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
    const { startedAt, objects } = output('prepare');
    const starts = await unpacked(objects, blobs);
    const pushed = new Set(starts.flatMap(({ object, from }) => (from === 'pushed' ? [object] : [])));
    const ends = await unpacked(output('sync').objects, blobs);
    const counts = await deleteGone(context, records, await openSinks(context, records), ends);
    const commits = job.type !== 'backfill' && parameters.limit === undefined;
    const before = await objectCursors(cursor as IntegrationCursor | null, blobs);
    const cursors: { [object: string]: ObjectCursor } = { ...before };
    for (const [object, { cursor: reached, error }] of Object.entries(ends)) {
      if (!commits || error || pushed.has(object)) continue;
      const start = starts.find((one) => one.object === object) ?? { object, from: 'beginning' as const };
      const positions = await positionsAfter(context, start, before[object]);
      cursors[object] = { ...(reached && { cursor: reached }), startedAt, ...positions };
    }
    const isWhole = Object.values(ends).every(({ error }) => !error);
    return {
      ...{ output: {}, counts },
      ...(commits && { cursor: { objects: await packed(cursors, blobs) } }),
      ...(!isWhole && { finish: 'completed_with_errors' }),
    };
  };
