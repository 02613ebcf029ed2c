import type { JobView } from '@tidemark/contracts';
import type { Command } from 'commander';
import { path } from '../api/api.js';
import type { ExitCode } from '../exit-codes.js';
import { repeatable, repeatHeaders, type RepeatOptions } from '../options.js';
import { statusText } from '../render/job.js';
import { resolveConnection } from '../resolve.js';
import { jobRequest, show, type Action, type Session } from '../session.js';
import { watchJob } from '../watch.js';

interface SyncOptions extends RepeatOptions {
  readonly watch?: boolean;
}

export function syncCommand(program: Command, action: Action): void {
  repeatable(program.command('sync <connection>').description('start a sync of a connection'))
    .option('--watch', 'watch the job until it ends; exits with 0 if it completed, otherwise 1')
    .action(action(sync));
}

async function sync(session: Session, text: string, options: SyncOptions): Promise<ExitCode | void> {
  const { api, json, terminal, now } = session;
  const id = await resolveConnection(api, text);
  const address = path`v1/connections/${id}/jobs`;
  const job = await api.post<JobView>(address, jobRequest(session), repeatHeaders(options));
  if (!options.watch) return show(session, job, () => `job ${job.id} ${statusText(job, now())}`);
  if (!json) terminal.print(`job ${job.id}`);
  return watchJob(session, job.id);
}
