import { requestedJobTypes, type JobType, type JobView } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path } from '../api/api.js';
import type { ExitCode } from '../exit-codes.js';
import { repeatable, repeatHeaders, several, time, wholeNumber, type RepeatOptions } from '../options.js';
import { statusText } from '../render/job.js';
import { resolveConnection } from '../resolve.js';
import { jobRequest, show, type Action, type Session } from '../session.js';
import { watchJob } from '../watch.js';

interface SyncOptions extends RepeatOptions {
  readonly type?: JobType;
  readonly object?: readonly string[];
  readonly limit?: number;
  readonly from?: string;
  readonly to?: string;
  readonly slices?: number;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
}

export function syncCommand(program: Command, action: Action): void {
  repeatable(program.command('sync <connection>').description('start a sync of a connection'))
    .addOption(new Option('--type <type>', "type of job (default: the pipeline's)").choices(requestedJobTypes))
    .addOption(new Option('--object <name>', 'only this object; repeatable').argParser(several))
    .addOption(new Option('--limit <count>', 'a sample of each object; the cursor stays').argParser(wholeNumber(1)))
    .option('--from <time>', 'backfill from this time (inclusive)', time)
    .option('--to <time>', 'backfill to this time (exclusive; default: now)', time)
    .addOption(new Option('--slices <count>', 'slices of a backfill, read side by side').argParser(wholeNumber(1)))
    .option('--dry-run', 'write nothing; `jobs dry-run` shows what would be written')
    .option('--watch', 'watch the job until it ends; exits with 0 if it completed, otherwise 1')
    .action(action(sync));
}

const requestOf = (session: Session, { type, object: objects, limit, from, to, slices, dryRun }: SyncOptions) => ({
  ...jobRequest(session),
  ...(from !== undefined && { type: 'backfill', window: { from, to: to ?? new Date(session.now()).toISOString() } }),
  ...(slices !== undefined && { slices }),
  ...(type && { type }),
  ...(objects && { objects }),
  ...(limit !== undefined && { limit }),
  ...(dryRun && { dryRun }),
});

async function sync(session: Session, text: string, options: SyncOptions): Promise<ExitCode | void> {
  const { api, json, terminal, now } = session;
  const id = await resolveConnection(api, text);
  const address = path`v1/connections/${id}/jobs`;
  const job = await api.post<JobView>(address, requestOf(session, options), repeatHeaders(options));
  if (!options.watch) return show(session, job, () => `job ${job.id} ${statusText(job, now())}`);
  if (!json) terminal.print(`job ${job.id}`);
  return watchJob(session, job.id);
}
