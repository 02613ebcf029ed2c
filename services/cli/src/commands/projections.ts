import type { ProjectionStatus } from '@tidemark/contracts';
import { sleep } from '@tidemark/foundation';
import type { Command } from 'commander';
import { path } from '../api/api.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { outline } from '../render/generic.js';
import type { Color } from '../render/style.js';
import { table } from '../render/table.js';
import { show, type Action, type Session } from '../session.js';

interface ProjectionView extends ProjectionStatus {
  readonly owner: string;
  /** Position of the log's last event. */
  readonly head: number | null;
}

const POLL_MS = 250;

const colors: Readonly<Record<ProjectionStatus['state'], Color>> = {
  live: 'green',
  rebuilding: 'yellow',
  unavailable: 'red',
};

export function projectionsCommand(program: Command, action: Action): void {
  const projections = program.command('projections').description('manage read-model projections');
  projections.command('list').description('list projections and their progress').action(action(list));
  projections
    .command('check [name]')
    .description('compare the documents of a view, or of all, with their events and repair those that differ; waits')
    .action(action(check));
  projections
    .command('rebuild <name>')
    .description('rebuild a view from its first event beside the live one, then swap it in')
    .action(action(rebuild));
}

async function list(session: Session): Promise<void> {
  const answer = await all(session);
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

/** Several services of a kind may run, and another one than the one that checks may answer: it is asked until that one does. */
async function check(session: Session, name?: string): Promise<ExitCode> {
  const names = name === undefined ? (await all(session)).data.map((one) => one.name) : [name];
  const started = new Map<string, string>();
  for (const one of names) {
    const { lastCheck } = await session.api.post<ProjectionView>(path`v1/projections/${one}/check`);
    if (lastCheck) started.set(one, lastCheck.startedAt);
  }
  const ended = new Map<string, ProjectionView>();
  while (ended.size < started.size) {
    for (const view of (await all(session)).data)
      if (view.lastCheck?.endedAt && view.lastCheck.startedAt === started.get(view.name)) ended.set(view.name, view);
    if (ended.size < started.size) await sleep(POLL_MS, { signal: session.signal }).catch(() => {});
    if (session.signal.aborted) return exitCodes.interrupted;
  }
  const data = [...ended.values()];
  show(session, { data }, () =>
    table(
      data,
      [
        { title: 'NAME', value: (view) => view.name },
        { title: 'DOCUMENTS', value: ({ lastCheck }) => String(lastCheck!.documents) },
        {
          title: 'REPAIRED',
          value: ({ lastCheck }) => String(lastCheck!.repaired),
          color: ({ lastCheck }) => (lastCheck!.repaired ? 'yellow' : 'green'),
        },
      ],
      session.terminal,
    ),
  );
  return exitCodes.ok;
}

const all = (session: Session) => session.api.get<{ readonly data: readonly ProjectionView[] }>('v1/projections');

async function rebuild(session: Session, name: string): Promise<void> {
  const answer = await session.api.post<unknown>(path`v1/projections/${name}/rebuild`);
  show(session, answer, () => outline(answer, session.terminal.paint));
}
