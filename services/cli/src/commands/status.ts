import type { Command } from 'commander';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { outline } from '../render/generic.js';
import { overviewText, type OverviewView } from '../render/overview.js';
import { show, type Act, type Session } from '../session.js';

export function statusCommands(program: Command, act: Act): void {
  program.command('overview').description('how the tenant stands').action(act(overview));
  program.command('health').description('whether Tidemark is ready; exit code 5 when it is not').action(act(health));
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
