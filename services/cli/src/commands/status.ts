import type { Command } from 'commander';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { outline } from '../render/generic.js';
import { overviewText, type OverviewView } from '../render/overview.js';
import { show, type Action, type Session } from '../session.js';

export function statusCommands(program: Command, action: Action): void {
  program.command('overview').description('show a summary of the tenant').action(action(overview));
  program
    .command('health')
    .description('show whether Tidemark is ready; exits with 5 if it is not')
    .action(action(health));
}

async function overview(session: Session): Promise<void> {
  const body = await session.api.get<OverviewView>('v1/overview');
  show(session, body, () => overviewText(body, session.terminal));
}

interface Readiness {
  readonly degraded?: boolean;
  /** Each part: `up` or `down`. */
  readonly checks?: object;
}

async function health(session: Session): Promise<ExitCode> {
  const { ok, status, body } = await session.api.probe('readyz');
  const { degraded, checks } = (body ?? {}) as Readiness;
  const { paint } = session.terminal;
  const ready = degraded ? paint('yellow', 'ready, degraded') : paint('green', 'ready');
  const word = ok ? ready : paint('red', `not ready (${status})`);
  show(session, body, () => (checks ? `${word}\n${outline(checks, paint)}` : word));
  return ok ? exitCodes.ok : exitCodes.unavailable;
}
