import type { Page, RowResult, Source, SourceRecord } from '@tidemark/connector-sdk';
import { ExternalError } from '@tidemark/resilience';
import type { Cursor } from '@tidemark/contracts';
import {
  StageFailed,
  type IntegrationPipeline,
  type ObjectEnd,
  type ObjectStart,
  type StageContext,
} from '@tidemark/pipelines';
import { readPushed } from './pushed.js';
import { readAhead } from './read-ahead.js';
import { afterPage, together, type PageOfRecords, type Sink } from './sink.js';
import { keep, kept, segmentsOf, upTo, type Segment } from './segments.js';
import type { SyncState } from './sync-state.js';

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
  const { object } = start;
  if (state.current?.object !== object) state.begin({ object, pages: 0, ...(cursor && { cursor }) });
  try {
    await readPages(reading);
  } catch (error) {
    const isExpired = error instanceof ExternalError && error.code === 'SOURCE_CURSOR_EXPIRED';
    if (!isExpired || state.current!.restarted) throw error;
    const { code, message } = error;
    state.errors.add({ objectType: object, code, message: `${message}: it was read from its beginning` });
    state.begin({ object, pages: 0, restarted: true });
    await readPages(reading);
  }
}

async function readPages(reading: Reading): Promise<void> {
  const { context, source, state, start } = reading;
  const { object, since } = start;
  const { signal, parameters, blobs } = context;
  const { ahead } = state.current!;
  if (ahead && (await writeSegment(reading, await kept(blobs, ahead)))) return;
  const { cursor = null, restarted, records = 0 } = state.current!;
  const from = since !== undefined && !restarted ? { since } : {};
  const { limit } = parameters;
  const pages =
    start.from === 'pushed'
      ? readPushed({ object, cursor, pushed: parameters.pushed ?? [], source, blobs, signal })
      : source.read({ object, cursor, ...from, ...(limit !== undefined && { pageSize: limit }), signal });
  const wanted = limit === undefined ? pages : upTo(pages, limit - records);
  for await (const segment of readAhead(segmentsOf(wanted, context.now))) {
    if (segment.records.length > 0) {
      state.begin({ ...state.current!, ahead: await keep(blobs, context.job.id, object, segment) });
      await state.save({ now: true });
    }
    if (await writeSegment(reading, segment)) return;
  }
  state.end(object, endOf(reading));
}

function endOf({ state, start, context }: Reading): ObjectEnd {
  const { pages, problems = 0, cursor, restarted = false } = state.current!;
  const isWhole = (start.from === 'beginning' || restarted) && context.parameters.limit === undefined;
  return { pages, ...(cursor && { cursor }), ...(problems > 0 && { problems }), ...(isWhole && { isWhole }) };
}

/** Writes a segment that was kept. True when it was the object's last. */
async function writeSegment(reading: Reading, segment: Segment): Promise<boolean> {
  const { state, start, progress } = reading;
  await writePage(reading, segment);
  const { ahead: _, pages, records = 0, problems = 0, ...current } = state.current!;
  const read = records + segment.records.length + segment.problems.length;
  const unusable = problems + segment.problems.length;
  state.begin({
    ...current,
    ...{ pages: pages + segment.pages, records: read, cursor: segment.cursor },
    ...(unusable > 0 && { problems: unusable }),
  });
  progress(shareOf(segment, read));
  if (!segment.hasMore) state.end(start.object, endOf(reading));
  return !segment.hasMore;
}

/** Without an estimate, a page with more behind it is half of what is left. */
function shareOf({ hasMore, estimate }: Page, read: number): number {
  if (!hasMore) return 1;
  return estimate === undefined ? 0.5 : Math.min(0.99, read / Math.max(1, estimate));
}

async function writePage(reading: Reading, page: Page): Promise<void> {
  const { sinks, state, start } = reading;
  const { object } = start;
  const { records, problems } = page;
  const written = await Promise.all(
    sinks.map(async (sink) => ({ sink, results: await writeTo(sink, { object, records }, reading) })),
  );
  for (const { sink, results } of written) {
    if (!results) continue;
    state.sinks[sink.name] = afterPage(state.sinks[sink.name], results);
    for (const [at, result] of results.entries()) addFailed(state, object, sink, records[at]!, result);
  }
  const required = written.flatMap(({ sink, results }) => (sink.required && results ? [results] : []));
  state.count(records.map((_, at) => together(required.map((results) => results[at]!))));
  for (const problem of problems) state.errors.add(problem);
  state.count(problems.map(() => ({ status: 'failed' })));
}

/**
 * Undefined when an optional sink refused the page as a whole: that is recorded, and the job goes on.
 * @throws ExternalError that ends this object · StageFailed that ends the attempt, when the sink may take it later
 */
async function writeTo(
  sink: Sink,
  page: PageOfRecords,
  { context: { signal }, state }: Reading,
): Promise<readonly RowResult[] | undefined> {
  try {
    return await sink.write(page, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExternalError)) throw error;
    if (sink.required) throw error.retryable ? StageFailed.from(error) : error;
    const { code, message } = error;
    const { written, failed } = state.sinks[sink.name] ?? { written: 0, failed: 0 };
    state.sinks[sink.name] = { written, failed: failed + page.records.length, error: { code, message } };
    return undefined;
  }
}

function addFailed(state: SyncState, objectType: string, sink: Sink, record: SourceRecord, result: RowResult): void {
  if (result.status !== 'failed') return;
  const { code, message, field } = result;
  const { externalId, data } = record;
  const at = { objectType, externalId, destination: sink.name, ...(field !== undefined && { field }) };
  state.errors.add({ ...at, code, message, data });
}
