import type { IntegrationCursor, IntegrationPipeline, ObjectCursor, Stage } from '@tidemark/pipelines';
import { objectCursors, packed, unpacked } from './object-cursors.js';

/**
 * Commits how far each object was read. One that failed goes on from where it was before, and so does one of which only
 * pushed objects were read; a sample commits nothing.
 */
export const finalizeStage: Stage<IntegrationPipeline, 'finalize'> = async ({ output, parameters, cursor, blobs }) => {
  const { startedAt, objects: starts } = output('prepare');
  const pushed = new Set(starts.flatMap(({ object, from }) => (from === 'pushed' ? [object] : [])));
  const ends = await unpacked(output('sync').objects, blobs);
  const objects: { [object: string]: ObjectCursor } = {
    ...(await objectCursors(cursor as IntegrationCursor | null, blobs)),
  };
  for (const [object, { cursor: reached, error }] of Object.entries(ends))
    if (!error && !pushed.has(object)) objects[object] = { ...(reached && { cursor: reached }), startedAt };
  const isWhole = Object.values(ends).every(({ error }) => !error);
  return {
    output: {},
    ...(parameters.limit === undefined && { cursor: { objects: await packed(objects, blobs) } }),
    ...(!isWhole && { finish: 'completed_with_errors' }),
  };
};
