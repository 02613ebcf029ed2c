import type { Preview } from '@tidemark/contracts';
import type { Command } from 'commander';
import { path } from '../api/api.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { table } from '../render/table.js';
import { brief } from '../render/text.js';
import { resolveConnection } from '../resolve.js';
import { ownUrl, show, type Action, type Session } from '../session.js';
import { linkOf, withLink, type LinkOptions } from './connection-link.js';

interface PreviewOptions {
  readonly object?: string;
  readonly limit?: string;
}

export function previewCommands(connections: Command, action: Action): void {
  const test = withLink(
    connections.command('test').description('try a source and destinations: show ten records mapped, write nothing'),
  );
  ownUrl.add(test);
  test.action(action(testConnection));
  connections
    .command('preview <connection>')
    .description('show the first records as the destinations would get them, write nothing')
    .option('--object <name>', 'of this object (default: the first)')
    .option('--limit <number>', 'how many (default: 10)')
    .action(action(preview));
}

const testConnection = async (session: Session, options: LinkOptions): Promise<ExitCode | void> =>
  shown(session, await session.api.post<Preview>('v1/connections/test', linkOf(options)));

async function preview(session: Session, text: string, { object, limit }: PreviewOptions): Promise<ExitCode | void> {
  const id = await resolveConnection(session.api, text);
  const body = { ...(object && { object }), ...(limit !== undefined && { limit: Number(limit) }) };
  return shown(session, await session.api.post<Preview>(path`v1/connections/${id}/preview`, body));
}

function shown(session: Session, preview: Preview): ExitCode | void {
  show(session, preview, () => textOf(preview, session));
  if (preview.problems.length > 0) return exitCodes.unwanted;
}

function textOf({ problems, rows }: Preview, session: Session): string {
  const lines = problems.map(({ message }) => message);
  if (rows.length === 0) return [...lines, 'no records'].join('\n');
  const columns = [
    { title: 'OBJECT', value: ({ object }: Preview['rows'][number]) => object },
    { title: 'DESTINATION', value: ({ destination = '–' }: Preview['rows'][number]) => destination },
    { title: 'ID', value: ({ externalId = '–' }: Preview['rows'][number]) => externalId },
    {
      title: 'ROW',
      value: ({ row, problem }: Preview['rows'][number]) => problem?.message ?? (row ? brief(row) : 'large'),
      color: ({ problem }: Preview['rows'][number]) => (problem ? ('red' as const) : null),
      flexible: true,
    },
  ];
  return [...lines, table(rows, columns, session.terminal)].join('\n');
}
