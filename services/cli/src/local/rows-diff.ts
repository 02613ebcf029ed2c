import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompareOptions, Counts, Difference, Key, Problem, Row } from '@tidemark/row-diff';
import { CliError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { brief } from '../render/text.js';
import type { Session } from '../session.js';
import { ProgressMeter } from './progress-meter.js';
import { formatOf, rowsIn } from './rows-in.js';

export interface RowsDiffOptions {
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
    const common = { key, snapshots: new FileBlobStore(folder), tempDir: folder, keepValues: true };
    const previous = await snapshotOf(session, old, { ...common, signal: session.signal });
    const counts = await printDifferences(session, now, { ...common, previous, signal: session.signal }, options);
    return options.exitCode && differences(counts) > 0 ? exitCodes.unwanted : exitCodes.ok;
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

async function snapshotOf(session: Session, file: string, options: CompareOptions) {
  const { compare } = await import('@tidemark/row-diff');
  const comparison = compare(paced(session, file, options.key), options);
  for await (const difference of comparison)
    if (difference.type === 'duplicateKey' || difference.type === 'nullKey') printProblem(session, file, difference);
  requireKeys(file, comparison.counts);
  return (await comparison.commit()).id;
}

async function printDifferences(
  session: Session,
  file: string,
  options: CompareOptions,
  { limit = Infinity }: RowsDiffOptions,
) {
  const { compare } = await import('@tidemark/row-diff');
  const { terminal, json } = session;
  const comparison = compare(paced(session, file, options.key), options);
  let lines: string[] = [];
  let found = 0;
  const flush = async () => {
    if (lines.length > 0) await terminal.handOver(lines.map((line) => `${line}\n`).join(''));
    lines = [];
  };
  for await (const difference of comparison) {
    if (difference.type === 'duplicateKey' || difference.type === 'nullKey') printProblem(session, file, difference);
    else if (found++ < limit) lines.push(json ? JSON.stringify(difference) : lineOf(difference, session));
    if (lines.length >= LINES_AT_ONCE) await flush();
  }
  await flush();
  const { counts } = comparison;
  requireKeys(file, counts);
  if (json) terminal.print(JSON.stringify({ type: 'counts', ...counts }));
  else {
    if (found > limit) terminal.note(`${found - limit} more (--limit)`);
    terminal.print(summaryOf(counts));
  }
  return counts;
}

/** The rows of a file, counted as they are read. */
async function* paced(session: Session, file: string, key: Columns): AsyncGenerator<Row> {
  const meter = new ProgressMeter(session.terminal, session.now, `rows of ${file}`);
  let count = 0;
  for await (const row of rowsIn(session, file)) {
    if (count === 0 && formatOf(file) === 'csv') requireColumns(key, row, file);
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

function printProblem({ terminal }: Session, file: string, problem: Problem): void {
  const what =
    problem.type === 'nullKey'
      ? `key column ${problem.columns.join(', ')} has no value`
      : `an earlier row has the same key ${keyOf(problem.key)}`;
  terminal.note(`${file}, row ${problem.rowNumber}: ${what}; skipped`);
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

function summaryOf(counts: Counts): string {
  const { added, changed, schemaOnly, removed, unchanged } = counts;
  const parts = { added, changed: changed + schemaOnly, removed, unchanged };
  return Object.entries(parts)
    .map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`)
    .join(', ');
}
