import { resolve } from 'node:path';
import type { Page, ReadRequest, SourceRecord } from '@tidemark/connector-sdk';
import { usageError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { brief, cut, plain, plural } from '../render/text.js';
import type { Session } from '../session.js';
import { readCursor, storeCursor } from './cursor-file.js';
import { failureOf } from './failure.js';
import { connectorOf, openSource, type OpeningOptions } from './opening.js';
import { ProgressMeter } from './progress-meter.js';
import { exceeds, rowLimit, tooLong } from './row-limit.js';

/** Columns shown of an unusable object. */
const MAX_SHOWN = 200;

export interface ReadOptions extends OpeningOptions {
  readonly object: string;
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly pageSize?: number;
  readonly cursor?: string;
  readonly limit?: number;
}

/**
 * Prints the records of an object as JSON lines. A page's cursor is stored after the page has been printed: a run that
 * follows a killed one resumes after the last page stored, and prints at most one page twice.
 */
export async function readRecords(session: Session, name: string, options: ReadOptions): Promise<ExitCode> {
  const { terminal, now } = session;
  const { object, cursor: file } = options;
  if (options.to !== undefined && options.from === undefined) throw usageError('--to needs --from');
  if (options.to !== undefined && options.to <= options.from!) throw usageError('--to must be later than --from');
  const connector = await connectorOf(name);
  const owner = { connector: name, object };
  const path = file === undefined ? undefined : resolve(session.folder, file);
  await using opened = await openSource(session, connector, options);
  const request = { ...requestOf(session, options), cursor: path === undefined ? null : await readCursor(path, owner) };
  const meter = new ProgressMeter(terminal, now, 'records');
  const read = { records: 0, pages: 0, problems: 0 };
  try {
    for await (const page of opened.source.read(request)) {
      const left = (options.limit ?? Infinity) - read.records;
      // With a cursor, pages are printed whole: the next run resumes after them.
      const records = path === undefined ? page.records.slice(0, left) : page.records;
      const lines = linesOf(session, records);
      if (lines.length > 0) await terminal.handOver(lines.map((line) => `${line}\n`).join(''));
      read.problems += records.length - lines.length;
      printProblems(session, page);
      if (path !== undefined) await storeCursor(path, owner, page.cursor);
      read.records += records.length;
      read.problems += page.problems.length;
      read.pages++;
      meter.add(records.length, progressOf(read, page));
      if (read.records >= (options.limit ?? Infinity)) break;
    }
  } catch (error) {
    meter.end(plural(read.pages, 'page'));
    if (!session.signal.aborted)
      throw failureOf(error, path === undefined || read.pages === 0 ? undefined : 'run it again to resume');
    if (path !== undefined)
      terminal.note(`tidemark: stopped; run it again to resume after ${plural(read.pages, 'page')}`);
    return exitCodes.interrupted;
  }
  meter.end(progressOf(read));
  return read.problems > 0 ? exitCodes.unwanted : exitCodes.ok;
}

function requestOf({ signal, now }: Session, { object, since, from, to, pageSize, limit }: ReadOptions): ReadRequest {
  const size = pageSize ?? limit;
  return {
    ...{ object, signal },
    ...(since !== undefined && { since }),
    ...(from !== undefined && { window: { from, to: to ?? new Date(now()).toISOString() } }),
    ...(size !== undefined && { pageSize: size }),
  };
}

/** What `write` would refuse to read is not printed, but reported. */
function linesOf(session: Session, records: readonly SourceRecord[]): string[] {
  const limit = rowLimit(session);
  const lines: string[] = [];
  for (const record of records) {
    const line = JSON.stringify(record);
    if (!exceeds(line, limit)) lines.push(line);
    else
      session.terminal.note(
        plain(
          `${record.objectType}: OBJECT_TOO_LARGE: the line of ${cut(record.externalId, MAX_SHOWN)} ${tooLong(limit)}`,
        ),
      );
  }
  return lines;
}

/** Includes the start of the received data: often the only way to identify the object. */
function printProblems({ terminal }: Session, { problems }: Page): void {
  for (const { objectType, code, message, data } of problems) {
    const received = data === undefined || data === null ? '' : `: ${cut(brief(data), MAX_SHOWN)}`;
    terminal.note(plain(`${objectType}: ${code}: ${message}${received}`));
  }
}

const progressOf = (read: { pages: number; problems: number }, page?: Page): string =>
  [
    plural(read.pages, 'page'),
    ...(read.problems > 0 ? [plural(read.problems, 'problem')] : []),
    ...(page?.estimate === undefined ? [] : [`of about ${page.estimate.toLocaleString('en-US')}`]),
  ].join(' · ');
