import type { FailedRowView, FixedRow, JobView } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { usageError } from '../cli-error.js';
import { paged, repeatable, repeatHeaders, several, type PageOptions, type RepeatOptions } from '../options.js';
import { statusText } from '../render/job.js';
import { table } from '../render/table.js';
import { brief } from '../render/text.js';
import { relative } from '../render/time.js';
import { resolveConnection } from '../resolve.js';
import { show, showPage, type Action, type Session } from '../session.js';

interface Filter {
  readonly object?: string;
  readonly destination?: string;
  readonly code?: string;
  readonly pattern?: string;
  readonly field?: string;
}

interface RetryOptions extends RepeatOptions, Filter {
  readonly row?: readonly string[];
}

interface FixOptions extends Pick<Filter, 'object' | 'destination'> {
  readonly set: readonly string[];
  readonly retry: boolean;
}

export function failedRowsCommand(program: Command, action: Action): void {
  const rows = program
    .command('failed-rows')
    .description('rows that are not in their destination although they should be');
  filtered(paged(rows.command('list <connection>').description('list them, the oldest first'))).action(action(list));
  among(rows.command('show <connection> <key>').description('show one by id or key, as JSON')).action(action(get));
  filtered(repeatable(rows.command('retry <connection>').description('write them again, or some, and nothing else')))
    .addOption(new Option('--row <key>', 'only this row, by id or key; repeatable').argParser(several))
    .action(action(retry));
  among(rows.command('fix <connection> <key>').description('write a row with corrected values'))
    .addOption(
      new Option('--set <field=value>', 'the corrected value, as JSON or text; repeatable')
        .argParser(several)
        .makeOptionMandatory(),
    )
    .option('--no-retry', 'leave the writing to the next job or retry')
    .action(action(fix));
  among(
    rows.command('discard <connection> <key>').description('leave a row out until it changes in the source'),
  ).action(action(discard));
}

const among = (command: Command): Command =>
  command
    .option('--object <name>', 'of this source object')
    .option('--destination <name>', 'refused by this destination');

const filtered = (command: Command): Command =>
  among(command)
    .option('--code <code>', 'filter by code')
    .option('--pattern <pattern>', 'filter by message pattern')
    .option('--field <name>', 'filter by refused field');

async function list(session: Session, text: string, options: PageOptions & Filter): Promise<void> {
  const { api, now, terminal } = session;
  const id = await resolveConnection(api, text);
  const page = await api.get<Page<FailedRowView>>(path`v1/connections/${id}/failed-rows`, { ...options });
  showPage(session, page, 'no failed rows', () =>
    table(
      page.data,
      [
        { title: 'ROW', value: (row) => row.id, id: true },
        { title: 'KEY', value: ({ key }) => brief(key), flexible: true },
        { title: 'OBJECT', value: ({ object }) => object },
        { title: 'SINCE', value: ({ since }) => relative(since, now()) },
        { title: 'TRIES', value: ({ tries }) => String(tries) },
        { title: 'FIELD', value: ({ field = '–' }) => field },
        { title: 'CODE', value: ({ code }) => code, color: () => 'red' },
        { title: 'MESSAGE', value: ({ message }) => message, flexible: true },
      ],
      terminal,
    ),
  );
}

async function get(session: Session, text: string, key: string, options: Filter): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const row = await session.api.get<FailedRowView>(path`v1/connections/${id}/failed-rows/${key}`, { ...options });
  show(session, row, () => JSON.stringify(row, null, 2));
}

async function retry(session: Session, text: string, options: RetryOptions): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const { object, destination, code, pattern, field, row: keys } = options;
  const body = { object, destination, code, pattern, field, keys };
  const headers = repeatHeaders(options);
  const job = await session.api.post<JobView>(path`v1/connections/${id}/failed-rows/retry`, body, headers);
  show(session, job, () => `job ${job.id} ${statusText(job, session.now())}`);
}

async function fix(session: Session, text: string, key: string, { set, retry, ...which }: FixOptions): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const body = { set: Object.fromEntries(set.map(fieldOf)), retry };
  const address = path`v1/connections/${id}/failed-rows/${key}/fix` + queryOf(which);
  const fixed = await session.api.post<FixedRow>(address, body);
  show(session, fixed, () => (fixed.job ? `job ${fixed.job.id} ${statusText(fixed.job, session.now())}` : 'recorded'));
}

async function discard(session: Session, text: string, key: string, which: Filter): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const address = path`v1/connections/${id}/failed-rows/${key}/discard` + queryOf(which);
  const row = await session.api.post<FailedRowView>(address);
  show(session, row, () => 'discarded until it changes in the source');
}

const queryOf = ({ object, destination }: Filter): string => {
  const query = new URLSearchParams({ ...(object && { object }), ...(destination && { destination }) });
  return query.size === 0 ? '' : `?${query}`;
};

/** @throws CliError */
function fieldOf(text: string): readonly [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw usageError(`--set ${text}: must be field=value`);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value)];
  } catch {
    return [text.slice(0, at), value];
  }
}
