import type { Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { anyTable, outline } from '../render/generic.js';
import { show, showPage, type Act, type Session } from '../session.js';

export function projectionsCommand(program: Command, act: Act): void {
  const projections = program.command('projections').description('the views that lists are answered from');
  projections.command('list').description('list projections and how far they are').action(act(list));
  projections
    .command('rebuild <name>')
    .description('fold a view from the first event on, beside the live one, and swap it in')
    .action(act(rebuild));
}

async function list(session: Session): Promise<void> {
  const page = await session.api.get<Page<Record<string, unknown>>>('v1/projections');
  showPage(session, page, 'no projections', () => anyTable(page.data, session.terminal));
}

async function rebuild(session: Session, name: string): Promise<void> {
  const answer = await session.api.post<unknown>(path`v1/projections/${name}/rebuild`);
  show(session, answer, () => (answer === undefined ? `rebuilding ${name}` : outline(answer, session.terminal.paint)));
}
