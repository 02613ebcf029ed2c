import type { JobView } from '@tidemark/contracts';
import type { Command } from 'commander';
import { path, type Headers } from '../api/api.js';
import type { ExitCode } from '../exit-codes.js';
import { standing } from '../render/job.js';
import { resolveConnection } from '../resolve.js';
import { order, show, type Act, type Session } from '../session.js';
import { watchJob } from '../watch.js';

interface SyncOptions {
  readonly watch?: boolean;
  readonly idempotencyKey?: string;
}

export function syncCommand(program: Command, act: Act): void {
  program
    .command('sync <connection>')
    .description('sync a connection now')
    .option('--watch', 'watch until it ends; exit code 0 when it completed, else 1')
    .option('--idempotency-key <key>', 'the same key starts one job only, however often it is sent')
    .action(act(sync));
}

async function sync(session: Session, text: string, options: SyncOptions): Promise<ExitCode | void> {
  const { api, json, terminal, now } = session;
  const id = await resolveConnection(api, text);
  const headers: Headers = options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey };
  const job = await api.post<JobView>(path`v1/connections/${id}/jobs`, order(session), headers);
  if (!options.watch) return show(session, job, () => `job ${job.id} ${standing(job, now())}`);
  if (!json) terminal.print(`job ${job.id}`);
  return watchJob(session, job.id);
}
