import type { IntegrationCursor, IntegrationPipeline, ObjectCursor, Stage } from '@tidemark/pipelines';
import { deleteGone } from './delete-gone.js';
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
    const { startedAt, objects } = output('prepare');
    const starts = await unpacked(objects, blobs);
    const pushed = new Set(starts.flatMap(({ object, from }) => (from === 'pushed' ? [object] : [])));
    const ends = await unpacked(output('sync').objects, blobs);
    const counts = await deleteGone(context, needs.records, await openSinks(context, needs), ends);
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
