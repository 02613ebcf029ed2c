import {
  StageFailed,
  type IntegrationCursor,
  type IntegrationPipeline,
  type ObjectStart,
  type Stage,
} from '@tidemark/pipelines';
import { instantOf } from '@tidemark/foundation/instant';
import { objectCursors } from './object-cursors.js';
import { isExact, namesOfRecords, pushedNames } from './pushed.js';
import { slicesOf } from './slices.js';

/** Determines what is read, and where each object begins. */
export const prepareStage: Stage<IntegrationPipeline, 'prepare'> = async (context) => {
  const { job, parameters, cursor, source: settings, blobs, open, signal, now } = context;
  const { pushed } = parameters;
  const withData = namesOfRecords(pushed);
  if (withData.length > 0) {
    const starts = withData.map((object): ObjectStart => ({ object, from: 'pushed' }));
    return { output: { objects: starts, startedAt: instantOf(now()) } };
  }
  const source = await open.source();
  const offered = settings.objects ?? (await source.objects?.(signal))?.map(({ name }) => name) ?? [];
  const objects = pushed ? pushedNames(pushed, offered) : wanted(offered, parameters.objects);
  // What was pushed may be of objects that the connection does not read any more.
  if (pushed && objects.length === 0) return { output: { objects: [], startedAt: instantOf(now()) } };
  if (objects.length === 0)
    throw new StageFailed('NOTHING_TO_READ', 'the source offers no objects: name them in `source.objects`', {
      retryable: false,
    });
  const { window, slices, order } = parameters;
  if (job.type === 'backfill' && window) {
    const parts = objects.map((object) =>
      slicesOf(object, { window, ...(slices && { slices }), ...(order && { order }) }),
    );
    return { output: { objects: parts.flat(), startedAt: instantOf(now()) } };
  }
  const known = await objectCursors(cursor as IntegrationCursor | null, blobs);
  const starts = objects.map((object): ObjectStart => {
    if (pushed && isExact(object, pushed, source)) return { object, from: 'pushed' };
    return startOf(object, job.type === 'full' ? undefined : known[object]);
  });
  return { output: { objects: starts, startedAt: instantOf(now()) } };
};

/** @throws StageFailed when an object is none of those that the connection reads */
function wanted(offered: readonly string[], objects = offered): readonly string[] {
  const unknown = objects.find((name) => !offered.includes(name));
  if (unknown === undefined) return objects;
  throw new StageFailed('OBJECT_UNKNOWN', `the connection has no object ${unknown}; it has ${offered.join(', ')}`, {
    retryable: false,
  });
}

function startOf(object: string, known: Awaited<ReturnType<typeof objectCursors>>[string] | undefined): ObjectStart {
  if (known?.cursor) return { object, from: 'cursor' };
  return known ? { object, from: 'since', since: known.startedAt } : { object, from: 'beginning' };
}
