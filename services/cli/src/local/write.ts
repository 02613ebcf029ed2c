import { randomUUID } from 'node:crypto';
import type { RowResult, WriteBatch, WriteMode, WriteRow, WrittenBatch } from '@tidemark/connector-sdk';
import { usageError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import type { Session } from '../session.js';
import { failureOf } from './failure.js';
import { type CsvOptions, dialectOf } from './csv-options.js';
import { connectorOf, openDestination, type OpeningOptions } from './opening.js';
import { ProgressMeter } from './progress-meter.js';
import { rowFile, rowsIn, type RowFormat } from './rows-in.js';
import { rememberedCut } from './run-file.js';
import { toWriteRow, type LineKind } from './write-lines.js';

export interface WriteOptions extends OpeningOptions, CsvOptions {
  readonly object: string;
  readonly mode: WriteMode;
  readonly key?: readonly string[];
  readonly input: string;
  readonly format?: RowFormat;
  readonly lines: LineKind;
  readonly batchSize?: number;
  readonly concurrency?: number;
  readonly run?: string;
}

interface Writing {
  readonly session: Session;
  readonly options: WriteOptions;
  readonly run: string;
  readonly batchSize: number;
  readonly meter: ProgressMeter;
  readonly counts: Record<RowResult['status'], number>;
}

/**
 * Writes the rows of a file in batches, several in parallel; prints every failed row as a JSON line, in order. Batches are
 * named after the run: repeating a run under the same name writes nothing twice.
 */
export async function writeRows(session: Session, name: string, options: WriteOptions): Promise<ExitCode> {
  const connector = await connectorOf(name);
  const modes = connector.manifest.destination?.modes ?? [];
  if (modes.length > 0 && !modes.includes(options.mode))
    throw usageError(`${name} does not support mode ${options.mode}; supported: ${modes.join(', ')}`);
  await using opened = await openDestination(session, connector, options);
  const { writeBatches } = await import('@tidemark/connector-sdk');
  const { batchSize, concurrency } = connector.manifest.destination!;
  const writing: Writing = {
    ...{ session, options },
    run: options.run ?? randomUUID(),
    batchSize: await cutOf(session, name, options, batchSize),
    meter: new ProgressMeter(session.terminal, session.now, 'rows'),
    counts: { created: 0, updated: 0, deleted: 0, skipped: 0, failed: 0 },
  };
  const atOnce = Math.min(options.concurrency ?? concurrency, concurrency);
  let first = 1;
  try {
    const all = batchesOf(writing);
    for await (const written of writeBatches(opened.destination, all, {
      concurrency: atOnce,
      signal: session.signal,
    })) {
      report(writing, written, first);
      first += written.results.length;
    }
  } catch (error) {
    writing.meter.end(summaryOf(writing));
    const done = first > 1 ? `the first ${first - 1} rows were written; ` : '';
    const hint = `${done}repeat with --run ${writing.run} --batch-size ${writing.batchSize} to write nothing twice`;
    const again = first > 1 || (error as { readonly retryable?: boolean }).retryable === true;
    if (!session.signal.aborted) throw failureOf(error, again ? hint : undefined);
    session.terminal.note(`tidemark: stopped; ${hint}`);
    return exitCodes.interrupted;
  }
  writing.meter.end(summaryOf(writing));
  if (session.json) session.terminal.print(JSON.stringify({ run: writing.run, ...writing.counts }));
  return writing.counts.failed > 0 ? exitCodes.unwanted : exitCodes.ok;
}

/** Rows per batch: those of the run's first time, or else as asked for. */
async function cutOf(
  session: Session,
  connector: string,
  { run, config, object, mode, lines, batchSize }: WriteOptions,
  { initial, max }: { readonly initial: number; readonly max: number },
): Promise<number> {
  const asked = { batchSize: Math.min(batchSize ?? initial, max), mode, lines };
  if (run === undefined) return asked.batchSize;
  const cut = await rememberedCut(session, { config, connector, object, run }, asked);
  const given = { ...asked, batchSize: batchSize === undefined ? cut.batchSize : asked.batchSize };
  const name = (['batchSize', 'mode', 'lines'] as const).find((option) => given[option] !== cut[option]);
  if (name === undefined) return cut.batchSize;
  const option = `--${name === 'batchSize' ? 'batch-size' : name}`;
  throw usageError(`--run ${run} began with ${option} ${cut[name]}: repeat it with that, or name another run`);
}

/** The rows of the input in batches, each named after the run and the number of its first row. */
async function* batchesOf({ session, options, run, batchSize }: Writing): AsyncGenerator<WriteBatch> {
  const { object, mode, key = [], lines: kind } = options;
  const batchOf = (rows: WriteRow[], first: number) => ({ id: `${run}-${first}`, mode, object, key, rows });
  let rows: WriteRow[] = [];
  let first = 1;
  let line = 0;
  const file = await rowFile(session, options.input, options.format);
  const onTook = (took: readonly string[]) => session.terminal.note(`${file.shown}: read with ${took.join(', ')}`);
  for await (const data of rowsIn(session, file, { ...dialectOf(options), onTook })) {
    const row = toWriteRow(data, ++line, { kind, mode, key });
    if (!row || rows.push(row) < batchSize) continue;
    yield batchOf(rows, first);
    first += rows.length;
    rows = [];
  }
  if (rows.length > 0) yield batchOf(rows, first);
}

function report({ session, counts, meter }: Writing, { batch, results }: WrittenBatch, first: number): void {
  const { key, rows } = batch;
  for (const [at, result] of results.entries()) {
    counts[result.status]++;
    if (result.status !== 'failed') continue;
    const named = Object.fromEntries(key.map((field) => [field, rows[at]!.data[field] ?? null]));
    session.terminal.print(JSON.stringify({ row: first + at, ...(key.length > 0 && { key: named }), ...result }));
  }
  meter.add(rows.length, summaryOf({ counts }));
}

const summaryOf = ({ counts }: Pick<Writing, 'counts'>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count.toLocaleString('en-US')} ${status}`)
    .join(', ');
