import type { Page, RowResult, Source } from '@tidemark/connector-sdk';
import { ExternalError } from '@tidemark/resilience';
import type { Cursor, Failure, ObjectProgress } from '@tidemark/contracts';
import {
  StageFailed,
  type IntegrationPipeline,
  type ObjectEnd,
  type ObjectStart,
  type StageContext,
} from '@tidemark/pipelines';
import { errorOf, type MappedRecord } from '../mappings.js';
import { mapSegment, recordsFor } from './map-segment.js';
import { readPushed } from './pushed.js';
import { readAhead } from './read-ahead.js';
import { afterPage, together, type PageOfRecords, type Sink } from './sink.js';
import { keep, kept, segmentsOf, upTo, type KeptSegment } from './segments.js';
import type { OpenPart, SyncState } from './sync-state.js';

export interface Reading {
  readonly context: StageContext<IntegrationPipeline>;
  readonly source: Source;
  readonly sinks: readonly Sink[];
  readonly state: SyncState;
  readonly start: ObjectStart;
  /** Of the connection's last completed job; absent when the object is not read from there. */
  readonly cursor?: Cursor;
  /** @param share of the object that was read, 0 to 1 */
  progress(share: number): void;
}

/**
 * Reads an object to its end: each segment of pages is written to every sink before the next checkpoint covers it. A cursor that the
 * source no longer takes is dropped once, and the object read from its beginning.
 * @throws ExternalError
 */
export async function readObject(reading: Reading): Promise<void> {
  const { state, start, cursor } = reading;
  const part = partOf(start);
  if (!state.open[part]) state.begin(part, { pages: 0, ...(cursor && { cursor }) });
  try {
    await readPages(reading);
  } catch (error) {
    const isExpired = error instanceof ExternalError && error.code === 'SOURCE_CURSOR_EXPIRED';
    if (!isExpired || state.open[part]!.restarted) throw error;
    const { code, message } = error;
    state.errors.add({ objectType: start.object, code, message: `${message}: it was read from its beginning` });
    state.begin(part, { pages: 0, restarted: true });
    await readPages({ ...reading, start: { ...start, from: start.window ? 'window' : 'beginning', reason: message } });
  }
}

export const progressOf = (
  { from, reason = '' }: ObjectStart,
  state: ObjectProgress['state'],
  read: number,
): ObjectProgress => ({ state, from, reason, read });

/** The name of what is read: an object, or a slice of one. */
export const partOf = ({ object, part = object }: ObjectStart): string => part;

async function readPages(reading: Reading): Promise<void> {
  const { context, state, start } = reading;
  const { parameters, blobs, job } = context;
  const part = partOf(start);
  const { ahead } = state.open[part]!;
  if (ahead && (await writeSegment(reading, await kept(blobs, ahead)))) return;
  const pages = pagesOf(reading, state.open[part]!);
  const { limit } = parameters;
  const wanted = limit === undefined ? pages : upTo(pages, limit - (state.open[part]!.records ?? 0));
  for await (const read of readAhead(segmentsOf(wanted, context.now))) {
    const segment = await mapSegment({ ...read, jobId: job.id }, reading.sinks);
    if (segment.records.length > 0) {
      state.begin(part, { ...state.open[part]!, ahead: await keep(blobs, part, segment) });
      await state.save({ now: true });
    }
    if (await writeSegment(reading, segment)) return;
    await state.save();
  }
  state.end(part, endOf(reading));
}

const DEFAULT_CHUNK = 100;

/** The pages behind those that were written. */
function pagesOf({ context, source, start }: Reading, { cursor, restarted }: OpenPart): AsyncIterable<Page> {
  const { signal, parameters, blobs } = context;
  const { object, since, window } = start;
  const { limit, chunkSize = DEFAULT_CHUNK, pushed = [] } = parameters;
  if (start.from === 'pushed') return readPushed({ object, cursor: cursor ?? null, pushed, source, blobs, signal });
  const pageSize = window ? chunkSize : limit;
  return source.read({
    object,
    cursor: cursor ?? null,
    ...(since !== undefined && !restarted && { since }),
    ...(window && { window }),
    ...(pageSize !== undefined && { pageSize }),
    signal,
  });
}

function endOf({ state, start, context }: Reading): ObjectEnd {
  const { pages, problems = 0, cursor, restarted = false } = state.open[partOf(start)]!;
  const isWhole =
    (start.from === 'beginning' || (restarted && !start.window)) && context.parameters.limit === undefined;
  return { pages, ...(cursor && { cursor }), ...(problems > 0 && { problems }), ...(isWhole && { isWhole }) };
}

/** Writes a segment that was kept. True when it was the last one. */
async function writeSegment(reading: Reading, segment: KeptSegment): Promise<boolean> {
  const { sinks, state, start, progress } = reading;
  const { object } = start;
  const part = partOf(start);
  const { records, jobId } = segment;
  const reached = reachedBy(reading, segment);
  const position = `${part}:${state.open[part]!.pages}`;
  const written = await Promise.all(
    sinks.map(async (sink): Promise<Written> => {
      const own = await recordsFor(sink, segment);
      const page = { object, records: own, jobId, position, ...reached };
      return { sink, records: own, ...(await writeTo(sink, page, reading)) };
    }),
  );
  // From here on without a pause: a checkpoint has the whole of it, or nothing.
  recordResults(state, object, segment, written);
  const { ahead: _, pages, records: before = 0, problems = 0, ...open } = state.open[part]!;
  const read = before + records.length + segment.problems.length;
  const unusable = problems + segment.problems.length;
  state.begin(part, {
    ...open,
    ...{ pages: pages + segment.pages, records: read, cursor: segment.cursor },
    ...(unusable > 0 && { problems: unusable }),
  });
  progress(shareOf(segment, read));
  const pageSize = Math.ceil((records.length + segment.problems.length) / segment.pages);
  const shown = segment.hasMore ? 'running' : 'completed';
  state.show(part, { ...progressOf(start, shown, read), pageSize });
  if (!segment.hasMore) state.end(part, endOf(reading));
  return !segment.hasMore;
}

/** The number of a segment counts the pages up to its end: the same when it is written again. */
function reachedBy({ state, start }: Reading, { cursor, pages }: KeptSegment): Pick<PageOfRecords, 'reached'> {
  if (!start.positions) return {};
  const read = state.open[partOf(start)]!.pages + pages;
  const numbers = Object.entries(start.positions).map(([name, before]) => [name, before + read] as const);
  return { reached: { cursor, numbers: Object.fromEntries(numbers) } };
}

/** Without an estimate, a page with more behind it is half of what is left. */
function shareOf({ hasMore, estimate }: Page, read: number): number {
  if (!hasMore) return 1;
  return estimate === undefined ? 0.5 : Math.min(0.99, read / Math.max(1, estimate));
}

interface Written {
  readonly sink: Sink;
  /** As the sink got them. */
  readonly records: readonly MappedRecord[];
  readonly results?: readonly RowResult[];
  /** Why an optional sink refused the page as a whole. */
  readonly error?: Failure;
}

function recordResults(
  state: SyncState,
  object: string,
  { records, problems }: Page,
  written: readonly Written[],
): void {
  for (const { sink, records: own, results, error } of written) {
    const before = state.sinks[sink.name] ?? { written: 0, failed: 0 };
    state.sinks[sink.name] = results
      ? afterPage(before, results)
      : { ...before, failed: before.failed + records.length, ...(error && { error }) };
    for (const [at, result] of (results ?? []).entries()) addFailed(state, object, sink, own[at]!, result);
  }
  const required = written.flatMap(({ sink, results }) => (sink.required && results ? [results] : []));
  state.count(records.map((_, at) => together(required.map((results) => results[at]!))));
  for (const problem of problems) state.errors.add(problem);
  state.count(problems.map(() => ({ status: 'failed' })));
}

/** @throws ExternalError that ends this object · StageFailed that ends the attempt, when the sink may take it later */
async function writeTo(
  sink: Sink,
  page: PageOfRecords,
  { context: { signal } }: Reading,
): Promise<Pick<Written, 'results' | 'error'>> {
  try {
    return { results: await sink.write(page, signal) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExternalError)) throw error;
    if (sink.required) throw error.retryable ? StageFailed.from(error) : error;
    const { code, message } = error;
    return { error: { code, message } };
  }
}

function addFailed(state: SyncState, objectType: string, sink: Sink, record: MappedRecord, result: RowResult): void {
  if (result.status !== 'failed') return;
  state.errors.add({ objectType, destination: sink.name, ...errorOf(record, result) });
}
