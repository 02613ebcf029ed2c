import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompareOptions, Counts, Difference, Key, Problem, Row } from '@tidemark/row-diff';
import { CliError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { brief } from '../render/text.js';
import type { Session } from '../session.js';
import { type CsvOptions, dialectOf } from './csv-options.js';
import { ProgressMeter } from './progress-meter.js';
import { columnsOf } from './row-columns.js';
import { exceeds, rowLimit, tooLong } from './row-limit.js';
import { rereadable, type RowFile, rowFile, rowsIn } from './rows-in.js';

export interface RowsDiffOptions extends CsvOptions {
  readonly key: readonly string[];
  readonly limit?: number;
  readonly exitCode?: boolean;
}

/** Lines are written in batches: single writes would dominate the run time. */
const LINES_AT_ONCE = 100;

/** Prints how the rows of a file differ from those of an older one. Neither needs to fit in memory. */
export async function diffRows(
  session: Session,
  old: string,
  now: string,
  options: RowsDiffOptions,
): Promise<ExitCode> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-rows-'));
  try {
    const { FileBlobStore } = await import('@tidemark/blob-store');
    const { key } = options;
    const [before, after] = [
      await rereadable(await rowFile(session, old), folder),
      await rereadable(await rowFile(session, now), folder),
    ];
    const columns = await columnsOf([before, after], (file) => readingOf(session, file, options, note(session)));
    const comparing = {
      ...{ key, snapshots: new FileBlobStore(folder), tempDir: folder, keepValues: true, signal: session.signal },
      // JSON lines may each have other columns; those that a line does not have are null.
      ...(columns && { columns: columns.filter((name) => !key.includes(name)) }),
    };
    const first = { session, file: before, options, onTook: columns ? undefined : note(session) };
    const { previous, left } = await snapshotOf(first, comparing);
    const counts = await printDifferences({ ...first, file: after }, { ...comparing, previous }, left);
    const found = differences(counts) + counts.leftOut;
    return options.exitCode && found > 0 ? exitCodes.unwanted : exitCodes.ok;
  } catch (error) {
    if (session.signal.aborted) return exitCodes.interrupted;
    throw isRefusal(error) ? new CliError(exitCodes.usage, 'BAD_INPUT', error.message) : error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether the comparison refused rows or columns that it cannot compare. */
const isRefusal = (error: unknown): error is TypeError =>
  error instanceof TypeError && /^(row \d+|key|columns|column )/.test(error.message);

/** One of the two files. */
interface Side {
  readonly session: Session;
  readonly file: RowFile;
  readonly options: RowsDiffOptions;
  readonly onTook: ((file: RowFile, took: readonly string[]) => void) | undefined;
}

const note =
  ({ terminal }: Session) =>
  ({ shown }: RowFile, took: readonly string[]): void =>
    terminal.note(`${shown}: read with ${took.join(', ')}`);

const readingOf = (session: Session, file: RowFile, options: RowsDiffOptions, onTook: Side['onTook']) =>
  rowsIn(session, file, {
    ...dialectOf(options),
    inexact: 'raw',
    ...(onTook && { onTook: (took) => onTook(file, took) }),
  });

async function snapshotOf(side: Side, options: CompareOptions) {
  const { compare } = await import('@tidemark/row-diff');
  const comparison = compare(paced(side), options);
  for await (const difference of comparison)
    if (difference.type === 'duplicateKey' || difference.type === 'nullKey') printProblem(side, difference);
  requireKeys(side.file.shown, comparison.counts);
  const { duplicateKey, nullKey } = comparison.counts;
  return { previous: (await comparison.commit()).id, left: duplicateKey + nullKey };
}

/** @param left rows of the old file that were left out */
async function printDifferences(side: Side, options: CompareOptions, left: number) {
  const { compare } = await import('@tidemark/row-diff');
  const { terminal, json } = side.session;
  const { limit = Infinity } = side.options;
  const longest = rowLimit(side.session);
  const comparison = compare(paced(side), options);
  let lines: string[] = [];
  let [found, long] = [0, 0];
  const lineFor = (difference: RowChange): string | undefined => {
    if (!json) return lineOf(difference, side.session);
    const line = JSON.stringify(difference);
    if (!exceeds(line, longest)) return line;
    terminal.note(`${side.file.shown}, key ${keyOf(difference.key)}: its line ${tooLong(longest)}; left out`);
    long++;
    return undefined;
  };
  const flush = async () => {
    if (lines.length > 0) await terminal.handOver(lines.map((line) => `${line}\n`).join(''));
    lines = [];
  };
  for await (const difference of comparison) {
    if (difference.type === 'duplicateKey' || difference.type === 'nullKey') printProblem(side, difference);
    else if (found++ < limit) {
      const line = lineFor(difference);
      if (line !== undefined) lines.push(line);
    }
    if (lines.length >= LINES_AT_ONCE) await flush();
  }
  await flush();
  requireKeys(side.file.shown, comparison.counts);
  const { duplicateKey, nullKey } = comparison.counts;
  const counts = { ...comparison.counts, leftOut: left + duplicateKey + nullKey + long };
  if (json) terminal.print(JSON.stringify({ type: 'counts', ...counts }));
  else {
    if (found > limit) terminal.note(`${found - limit} more (--limit)`);
    terminal.print(summaryOf(counts));
  }
  return counts;
}

/** The rows of a file, counted as they are read. */
async function* paced({ session, file, options, onTook }: Side): AsyncGenerator<Row> {
  const meter = new ProgressMeter(session.terminal, session.now, `rows of ${file.shown}`);
  let count = 0;
  for await (const row of readingOf(session, file, options, onTook)) {
    if (count === 0 && file.format === 'csv') requireColumns(options.key, row, file.shown);
    if (++count % 1000 === 0) meter.add(1000);
    yield row;
  }
  meter.add(count % 1000);
  meter.end();
}

type Columns = readonly string[];

/** Refuses a key column that the table does not have: a typo would make any two tables equal. */
function requireColumns(key: Columns, row: Row, file: string): void {
  const missing = key.find((column) => !Object.hasOwn(row, column));
  if (missing === undefined) return;
  const message = `${file}: there is no column ${missing}; the columns are ${Object.keys(row).join(', ')}`;
  throw new CliError(exitCodes.usage, 'BAD_INPUT', message);
}

function requireKeys(file: string, { rows, nullKey }: Counts): void {
  if (rows > 0 && nullKey === rows)
    throw new CliError(exitCodes.usage, 'BAD_INPUT', `${file}: no row has a value for the key`);
}

function printProblem({ session, file }: Side, problem: Problem): void {
  const what =
    problem.type === 'nullKey'
      ? `key column ${problem.columns.join(', ')} has no value`
      : `an earlier row has the same key ${keyOf(problem.key)}`;
  session.terminal.note(`${file.shown}, row ${problem.rowNumber}: ${what}; skipped`);
}

type RowChange = Exclude<Difference, Problem>;

const signs = { added: ['green', '+'], changed: ['yellow', '~'], removed: ['red', '-'] } as const;

function lineOf(difference: RowChange, { terminal }: Session): string {
  const [color, sign] = signs[difference.type];
  return terminal.paint(color, `${sign} ${keyOf(difference.key)}`) + detailOf(difference);
}

function detailOf(difference: RowChange): string {
  if (difference.type !== 'changed') return '';
  const { before, row, columns } = difference;
  const changes = columns.map((name) => `${brief(name)}: ${valueOf(before?.[name])} → ${valueOf(row[name])}`);
  return `  ${changes.join(', ')}`;
}

const keyOf = (key: Key): string => key.map((value) => brief(value)).join(', ');
const valueOf = (value: unknown): string => (value === undefined || value === null ? '–' : brief(value));

const differences = ({ added, changed, schemaOnly, removed }: Counts): number => added + changed + schemaOnly + removed;

function summaryOf(counts: Counts & { readonly leftOut: number }): string {
  const { added, changed, schemaOnly, removed, unchanged, leftOut } = counts;
  const parts = {
    added,
    changed: changed + schemaOnly,
    removed,
    unchanged,
    ...(leftOut > 0 && { 'left out': leftOut }),
  };
  return Object.entries(parts)
    .map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`)
    .join(', ');
}
