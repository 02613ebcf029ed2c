import type { Command } from 'commander';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { outline } from '../render/generic.js';
import { show, type Act, type Session } from '../session.js';

export function statusCommands(program: Command, act: Act): void {
  program.command('overview').description('how the tenant stands').action(act(overview));
  program.command('health').description('whether Tidemark is ready; exit code 5 when it is not').action(act(health));
}

async function overview(session: Session): Promise<void> {
  const body = await session.api.get<unknown>('v1/overview');
  show(session, body, () => outline(body, session.terminal.paint));
}

async function health(session: Session): Promise<ExitCode> {
  const { ok, status, body } = await session.api.probe('readyz');
  const { paint } = session.terminal;
  const word = ok ? paint('green', 'ready') : paint('red', `not ready (${status})`);
  show(session, body, () => [word, ...(body === undefined ? [] : [outline(body, paint)])].join('\n'));
  return ok ? exitCodes.ok : exitCodes.unavailable;
}
