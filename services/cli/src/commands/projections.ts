import type { ProjectionStatus } from '@tidemark/contracts';
import type { Command } from 'commander';
import { path } from '../api/api.js';
import { outline } from '../render/generic.js';
import type { Color } from '../render/style.js';
import { table } from '../render/table.js';
import { show, type Action, type Session } from '../session.js';

interface ProjectionView extends ProjectionStatus {
  readonly owner: string;
  /** Position of the log's last event. */
  readonly head: number | null;
}

const colors: Readonly<Record<ProjectionStatus['state'], Color>> = {
  live: 'green',
  rebuilding: 'yellow',
  unavailable: 'red',
};

export function projectionsCommand(program: Command, action: Action): void {
  const projections = program.command('projections').description('manage read-model projections');
  projections.command('list').description('list projections and their progress').action(action(list));
  projections
    .command('rebuild <name>')
    .description('rebuild a view from its first event beside the live one, then swap it in')
    .action(action(rebuild));
}

async function list(session: Session): Promise<void> {
  const answer = await session.api.get<{ readonly data: readonly ProjectionView[] }>('v1/projections');
  show(session, answer, () =>
    table(
      answer.data,
      [
        { title: 'NAME', value: ({ name }) => name },
        { title: 'OWNER', value: ({ owner }) => owner, flexible: true },
        { title: 'STATE', value: ({ state }) => state, color: ({ state }) => colors[state] },
        { title: 'VERSION', value: ({ version }) => String(version) },
        { title: 'POSITION', value: ({ position }) => String(position) },
        {
          title: 'BEHIND',
          value: ({ head, position }) => (head === null ? '?' : String(Math.max(0, head - position))),
        },
      ],
      session.terminal,
    ),
  );
}

async function rebuild(session: Session, name: string): Promise<void> {
  const answer = await session.api.post<unknown>(path`v1/projections/${name}/rebuild`);
  show(session, answer, () => outline(answer, session.terminal.paint));
}
