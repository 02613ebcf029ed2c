import type { JobView } from '@tidemark/contracts';
import type { Command } from 'commander';
import { path, type Headers } from '../api/api.js';
import type { ExitCode } from '../exit-codes.js';
import { statusText } from '../render/job.js';
import { resolveConnection } from '../resolve.js';
import { jobRequest, show, type Action, type Session } from '../session.js';
import { watchJob } from '../watch.js';

interface SyncOptions {
  readonly watch?: boolean;
  readonly idempotencyKey?: string;
}

export function syncCommand(program: Command, action: Action): void {
  program
    .command('sync <connection>')
    .description('start a sync of a connection')
    .option('--watch', 'watch the job until it ends; exits with 0 if it completed, otherwise 1')
    .option('--idempotency-key <key>', 'requests with the same key start only one job')
    .action(action(sync));
}

async function sync(session: Session, text: string, options: SyncOptions): Promise<ExitCode | void> {
  const { api, json, terminal, now } = session;
  const id = await resolveConnection(api, text);
  const headers: Headers = options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey };
  const job = await api.post<JobView>(path`v1/connections/${id}/jobs`, jobRequest(session), headers);
  if (!options.watch) return show(session, job, () => `job ${job.id} ${statusText(job, now())}`);
  if (!json) terminal.print(`job ${job.id}`);
  return watchJob(session, job.id);
}
