import {
  StageFailed,
  type IntegrationCursor,
  type IntegrationPipeline,
  type ObjectStart,
  type Stage,
  type StageContext,
} from '@tidemark/pipelines';
import { instantOf } from '@tidemark/foundation/instant';
import { isRefusalCode } from '@tidemark/mapping';
import type { FailedRowSelection } from '@tidemark/contracts';
import { putLines } from '../lines.js';
import { Decisions, eachFailedRow, scopeOf } from '../row-ledger.js';
import type { RetriedRow } from './sink.js';
import type { FailedRows, RecordStore, Scope } from '@tidemark/record-store';
import { isRecordStoreOlder } from './lost-records.js';
import { objectCursors, packed } from './object-cursors.js';
import { isExact, namesOfRecords, pushedNames } from './pushed.js';
import { withPositions } from './restored.js';
import { slicesOf } from './slices.js';

/** Determines what is read, and where each object begins. */
export const prepareStage =
  (records: RecordStore): Stage<IntegrationPipeline, 'prepare'> =>
  async (context) => {
    const { job, parameters, destinations, blobs, now } = context;
    const { failedRows } = records;
    const scope = scopeOf(job);
    const names = destinations.map(({ name }) => name);
    await failedRows.keepDestinations(scope, names);
    if (parameters.rows === 'failed') {
      const rows = await putLines(blobs, rowsToRetry(failedRows, scope, parameters.only));
      return { output: { objects: [], startedAt: instantOf(now()), failedRows: rows } };
    }
    const { starts, isAnew = false } = await startsOf(context, records);
    const output = { objects: await packed(starts, blobs), startedAt: instantOf(now()), ...(isAnew && { isAnew }) };
    const decisions = await Decisions.store(blobs, await failedRows.decisions(scope));
    return { output: { ...output, ...(decisions && { decisions }) } };
  };

/** The failed rows as they were to be written, with what people corrected. */
async function* rowsToRetry(
  failedRows: FailedRows,
  scope: Scope,
  only: FailedRowSelection = {},
): AsyncGenerator<RetriedRow> {
  for await (const row of eachFailedRow(failedRows, scope, only)) {
    const { destination, object, key, data, action, decision, code, message, field = '' } = row;
    const corrected = decision?.set && { ...data, ...decision.set };
    const problem = isRefusalCode(code) ? { code, message, field } : undefined;
    yield {
      ...{ destination, object, key, data },
      ...(action && { action }),
      ...(corrected ? { corrected } : problem && { problem }),
    };
  }
}

interface Starts {
  readonly starts: readonly ObjectStart[];
  readonly isAnew?: boolean;
}

async function startsOf(context: StageContext<IntegrationPipeline>, records: RecordStore): Promise<Starts> {
  const { job, parameters, cursor, source: settings, blobs, open, signal } = context;
  const { pushed } = parameters;
  const withData = namesOfRecords(pushed);
  if (withData.length > 0)
    return { starts: withData.map((object) => ({ object, from: 'pushed', reason: 'it was pushed with its data' })) };
  const source = await open.source();
  const offered = settings.objects ?? (await source.objects?.(signal))?.map(({ name }) => name) ?? [];
  const active = offered.filter((object) => !context.pausedObjects.includes(object));
  const named = parameters.objects && wanted(offered, parameters.objects);
  const objects = pushed ? pushedNames(pushed, active) : (named ?? active);
  // What was pushed may be of objects that the connection does not read any more, and all may be paused.
  if (objects.length === 0 && (pushed || offered.length > 0)) return { starts: [] };
  if (objects.length === 0)
    throw new StageFailed('NOTHING_TO_READ', 'the source offers no objects: name them in `source.objects`', {
      retryable: false,
    });
  const { window, slices, order } = parameters;
  if (job.type === 'backfill' && window) {
    const parts = objects.map((object) =>
      slicesOf(object, { window, ...(slices && { slices }), ...(order && { order }) }),
    );
    return { starts: parts.flat() };
  }
  const isAnew = !pushed && (await isRecordStoreOlder(context, records));
  const known = await objectCursors(cursor as IntegrationCursor | null, blobs);
  const starts: ObjectStart[] = [];
  for (const object of objects) {
    if (pushed && isExact(object, pushed, source)) {
      starts.push({ object, from: 'pushed', reason: 'exactly what was pushed' });
      continue;
    }
    const start = isAnew
      ? ({ object, from: 'beginning', reason: OLDER } as const)
      : startOf(object, job.type === 'full', known[object]);
    starts.push(await withPositions(context, start, known[object]));
  }
  return { starts, isAnew };
}

const OLDER = 'the record store does not have what was committed: it was restored from an older copy, or emptied';

/** @throws StageFailed when an object is none of those that the connection reads */
function wanted(offered: readonly string[], objects: readonly string[]): readonly string[] {
  const unknown = objects.find((name) => !offered.includes(name));
  if (unknown === undefined) return objects;
  throw new StageFailed('OBJECT_UNKNOWN', `the connection has no object ${unknown}; it has ${offered.join(', ')}`, {
    retryable: false,
  });
}

function startOf(
  object: string,
  isFull: boolean,
  known: Awaited<ReturnType<typeof objectCursors>>[string] | undefined,
): ObjectStart {
  if (isFull) return { object, from: 'beginning', reason: 'a full sync was requested' };
  if (!known) return { object, from: 'beginning', reason: 'no job has completed it before' };
  if (known.cursor) return { object, from: 'cursor', reason: `the job of ${known.startedAt} committed a cursor` };
  const reason = `the job of ${known.startedAt} committed no cursor: what changed since it began`;
  return { object, from: 'since', since: known.startedAt, reason };
}
