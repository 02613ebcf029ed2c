import type { RecordPageView, RecordView } from '@tidemark/contracts';
import type { Command } from 'commander';
import { path } from '../api/api.js';
import { brief } from '../render/text.js';
import { table } from '../render/table.js';
import { relative } from '../render/time.js';
import { resolveConnection } from '../resolve.js';
import { show, type Action, type Session } from '../session.js';

interface ListOptions {
  readonly object?: string;
  readonly modifiedAfter?: string;
  readonly deleted?: boolean;
  readonly cursor?: string;
  readonly perPage?: string;
}

export function recordsCommand(program: Command, action: Action): void {
  const records = program.command('records').description('show the synced objects of a connection');
  records
    .command('list <connection>')
    .description('list them in the order in which they changed')
    .option('--object <name>', 'only this source object')
    .option('--modified-after <time>', 'only those that changed since (ISO 8601)')
    .option('--deleted', 'only deleted ones')
    .option('--no-deleted', 'only others')
    .option('--cursor <cursor>', 'go on where an earlier page ended')
    .option('--per-page <number>', 'how many (default: 100)')
    .action(action(list));
  records.command('get <connection> <object> <id>').description('show one, as JSON').action(action(get));
}

async function list(session: Session, text: string, options: ListOptions): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const page = await session.api.get<RecordPageView>(path`v1/connections/${id}/records`, { ...options });
  show(session, page, () =>
    page.data.length === 0
      ? 'no records'
      : table(
          page.data,
          [
            { title: 'OBJECT', value: ({ object }) => object },
            { title: 'ID', value: ({ externalId }) => externalId },
            { title: 'CHANGED', value: ({ changedAt }) => relative(changedAt, session.now()) },
            { title: '', value: ({ deleted }) => (deleted ? 'deleted' : ''), color: () => 'yellow' },
            { title: 'DATA', value: ({ data }) => brief(data), flexible: true },
          ],
          session.terminal,
        ),
  );
  if (!session.json && page.pagination.nextCursor !== null)
    session.terminal.note(`more: --cursor ${page.pagination.nextCursor}`);
}

async function get(session: Session, text: string, object: string, externalId: string): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const record = await session.api.get<RecordView>(path`v1/connections/${id}/records/${object}/${externalId}`);
  show(session, record, () => JSON.stringify(record, null, 2));
}
