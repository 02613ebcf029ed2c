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
import { show, showPage, type Act, type Session } from '../session.js';
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

export function changesCommand(program: Command, act: Act): void {
  filtered(program.command('changes <connection>').description('what changed at the source, the gravest first'))
    .addOption(new Option('--since <time>', 'not before, ISO 8601').argParser(time))
    .addOption(new Option('--until <time>', 'not after: keeps pages in place while changes come in').argParser(time))
    .action(act(changes));
  program.command('change <id>').description('one change, with all that it reaches').action(act(change));
  filtered(
    program
      .command('compare <connection>')
      .description("any two snapshots by today's rules and ignore list; nothing is recorded"),
  )
    .option('--before <snapshot>', 'default: the one before the other')
    .option('--after <snapshot>', 'default: the newest')
    .addOption(
      new Option('--report <format>', 'as a document, without what is ignored')
        .choices(reportFormats)
        .conflicts(['severity', 'rule', 'operation', 'ignored', 'exitCode', 'page', 'perPage', 'json']),
    )
    .option('--output <file>', 'where the document goes (default: stdout)')
    .action(act(compare));
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
  if (options.output) throw usageError('--output belongs to --report');
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
