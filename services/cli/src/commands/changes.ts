import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { reportFormats, type BySeverity, type ReportFormat } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { usageError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { filtered, filterQuery, time, type ChangeFilter } from '../options.js';
import { changeDetails, changesText, type ChangeSummaryView, type ChangeView } from '../render/changes.js';
import { resolveConnection, resolveSnapshot } from '../resolve.js';
import { show, showPage, type Action, type Session } from '../session.js';
import type { SnapshotView } from './snapshots.js';

interface ChangesOptions extends ChangeFilter {
  readonly since?: string;
  readonly until?: string;
}

interface CompareOptions extends ChangeFilter {
  readonly before?: string;
  readonly after?: string;
  readonly report?: ReportFormat;
  readonly output?: string;
}

interface ComparisonView extends Page<ChangeSummaryView> {
  readonly before: SnapshotView;
  readonly after: SnapshotView;
  readonly bySeverity: BySeverity;
  readonly ignored: number;
}

export function changesCommand(program: Command, action: Action): void {
  filtered(program.command('changes <connection>').description('list changes of a connection, most severe first'))
    .addOption(new Option('--since <time>', 'detected at or after this time, ISO 8601').argParser(time))
    .addOption(
      new Option(
        '--until <time>',
        'detected at or before this time; keeps pages stable while changes arrive',
      ).argParser(time),
    )
    .action(action(changes));
  program.command('change <id>').description('show one change, with every operation it affects').action(action(change));
  filtered(
    program
      .command('compare <connection>')
      .description('compare any two snapshots under the current rules and ignore list; nothing is recorded'),
  )
    .option('--before <snapshot>', 'older snapshot (default: the one before the newer snapshot)')
    .option('--after <snapshot>', 'newer snapshot (default: the newest)')
    .addOption(
      new Option('--report <format>', 'produce a document, without ignored changes')
        .choices(reportFormats)
        .conflicts(['severity', 'rule', 'operation', 'ignored', 'exitCode', 'page', 'perPage', 'json']),
    )
    .option('--output <file>', 'write the document to this file (default: stdout)')
    .action(action(compare));
}

async function changes(session: Session, text: string, options: ChangesOptions): Promise<ExitCode> {
  const id = await resolveConnection(session.api, text);
  const query = { ...filterQuery(options), since: options.since, until: options.until };
  const page = await session.api.get<Page<ChangeSummaryView>>(path`v1/connections/${id}/changes`, query);
  showPage(session, page, 'no changes', () => changesText(page.data, session.now(), session.terminal));
  return exitCodeOf(page, options);
}

async function change(session: Session, id: string): Promise<void> {
  const opened = await session.api.get<ChangeView>(path`v1/changes/${id}`);
  show(session, opened, () => changeDetails(opened, session.terminal.paint, session.now()));
}

async function compare(session: Session, text: string, options: CompareOptions): Promise<ExitCode> {
  const { api, terminal } = session;
  const id = await resolveConnection(api, text);
  const sides = {
    before: options.before && (await resolveSnapshot(api, options.before)),
    after: options.after && (await resolveSnapshot(api, options.after)),
  };
  if (options.report) return report(session, id, { ...sides, format: options.report }, options.output);
  if (options.output) throw usageError('--output requires --report');
  const query = { ...filterQuery(options), ...sides };
  const page = await api.get<ComparisonView>(path`v1/connections/${id}/comparison`, query);
  showPage(session, page, 'no changes', () => changesText(page.data, session.now(), terminal));
  if (!session.json) {
    const hidden = page.ignored > 0 && !options.ignored ? `; ${page.ignored} ignored (--ignored)` : '';
    terminal.note(`${nameOf(page.before)} → ${nameOf(page.after)}${hidden}`);
  }
  return exitCodeOf(page, options);
}

async function report(
  { api, terminal, folder }: Session,
  id: string,
  query: { readonly before?: string; readonly after?: string; readonly format: ReportFormat },
  file: string | undefined,
): Promise<ExitCode> {
  const document = await api.document(path`v1/connections/${id}/comparison/report`, query);
  if (file === undefined) terminal.print(document.trimEnd());
  else
    await writeFile(resolve(folder, file), document).catch((error: NodeJS.ErrnoException) => {
      throw usageError(`${file}: cannot be written: ${error.code}`);
    });
  return exitCodes.ok;
}

const nameOf = ({ title, apiVersion, id }: SnapshotView) => `${title} ${apiVersion} (${id.slice(0, 8)})`;

const exitCodeOf = ({ pagination }: Page<unknown>, { exitCode }: ChangeFilter): ExitCode =>
  exitCode && pagination.total > 0 ? exitCodes.unwanted : exitCodes.ok;
