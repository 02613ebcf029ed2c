import type { Command } from 'commander';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { outline } from '../render/generic.js';
import { conditionsText, type ConditionView } from '../render/conditions.js';
import { overviewText, type OverviewView } from '../render/overview.js';
import { show, type Action, type Session } from '../session.js';

export function statusCommands(program: Command, action: Action): void {
  program.command('overview').description('show a summary of the tenant').action(action(overview));
  program
    .command('health')
    .description('show whether Tidemark is ready; exits with 5 if it is not')
    .action(action(health));
  program
    .command('conditions')
    .description('show what is wrong, with details; for operators')
    .action(action(conditions));
}

async function overview(session: Session): Promise<void> {
  const body = await session.api.get<OverviewView>('v1/overview');
  show(session, body, () => overviewText(body, session.terminal));
}

async function conditions(session: Session): Promise<void> {
  const answer = await session.api.get<{ readonly data: readonly ConditionView[] }>('v1/conditions');
  show(session, answer, () => conditionsText(answer.data, session.terminal) || 'nothing is wrong');
}

interface Readiness {
  readonly degraded?: boolean;
  /** Each part: `up` or `down`. */
  readonly checks?: object;
  readonly conditions?: readonly ConditionView[];
}

async function health(session: Session): Promise<ExitCode> {
  const { ok, status, body } = await session.api.probe('readyz');
  const { degraded, checks, conditions = [] } = (body ?? {}) as Readiness;
  const { paint } = session.terminal;
  const ready = degraded ? paint('yellow', 'ready, degraded') : paint('green', 'ready');
  const word = ok ? ready : paint('red', `not ready (${status})`);
  show(session, body, () =>
    [word, checks && outline(checks, paint), conditionsText(conditions, session.terminal)].filter(Boolean).join('\n'),
  );
  return ok ? exitCodes.ok : exitCodes.unavailable;
}
