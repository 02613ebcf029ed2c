import {
  jobStates,
  type DryRun,
  type JobView,
  type RowError,
  type RowErrorGroup,
  type TimelineEntry,
} from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path, type Page } from '../api/api.js';
import type { ExitCode } from '../exit-codes.js';
import { oneOrMoreOf, paged, repeatable, repeatHeaders, type PageOptions, type RepeatOptions } from '../options.js';
import { dryRunTables } from '../render/dry-run.js';
import { errorGroupTable, errorTable } from '../render/errors.js';
import { jobDetails, jobTable, timelineTable } from '../render/job.js';
import { resolveConnection, resolveJob } from '../resolve.js';
import { show, showPage, type Action, type Session } from '../session.js';
import { watchJob } from '../watch.js';

interface ListOptions extends PageOptions {
  readonly connection?: string;
  readonly state?: string;
}

export function jobsCommand(program: Command, action: Action): void {
  const jobs = program.command('jobs').description('list and control jobs');
  paged(jobs.command('list').description('list jobs, newest first'))
    .option('--connection <connection>', 'filter by connection')
    .addOption(
      new Option('--state <list>', `filter by state, comma-separated: ${jobStates.join(', ')}`).argParser(
        oneOrMoreOf(jobStates),
      ),
    )
    .action(action(listJobs));
  jobs.command('show <job>').description('show one job').action(action(showJob));
  paged(jobs.command('timeline <job>').description("show a job's timeline")).action(action(showTimeline));
  paged(jobs.command('errors <job>').description('list the objects of a job that failed, and their kinds'))
    .option('--code <code>', 'filter by code')
    .action(action(showErrors));
  jobs.command('dry-run <job>').description('show what a dry run would have written').action(action(showDryRun));
  jobs
    .command('cancel <job>')
    .description('cancel a job')
    .option('--reason <text>', 'reason shown in its timeline')
    .action(action(cancelJob));
  repeatable(jobs.command('retry <job>').description('retry an ended job as a new job, on the data of today'))
    .option('--failed-rows', 'only the rows of its connection that failed')
    .action(action(retryJob));
  repeatable(jobs.command('resume <job>').description('go on where a cancelled or failed backfill stopped')).action(
    action(resumeJob),
  );
  jobs
    .command('retry-now <job>')
    .description('start the next attempt of a job that waits for its retry')
    .action(action(retryNow));
  jobs
    .command('watch <job>')
    .description('watch a job until it ends; exits with 0 if it completed, otherwise 1')
    .action(action(watch));
}

async function listJobs(session: Session, { connection, ...query }: ListOptions): Promise<void> {
  const { api, now, terminal } = session;
  const address = connection ? path`v1/connections/${await resolveConnection(api, connection)}/jobs` : 'v1/jobs';
  const page = await api.get<Page<JobView>>(address, { ...query });
  showPage(session, page, 'no jobs', () => jobTable(page.data, now(), terminal));
}

async function showJob(session: Session, text: string): Promise<void> {
  const id = await resolveJob(session.api, text);
  const job = await session.api.get<JobView>(path`v1/jobs/${id}`);
  show(session, job, () => jobDetails(job, session.terminal.paint, session.now()));
}

async function showTimeline(session: Session, text: string, options: PageOptions): Promise<void> {
  const id = await resolveJob(session.api, text);
  const page = await session.api.get<Page<TimelineEntry>>(path`v1/jobs/${id}/timeline`, { ...options });
  showPage(session, page, 'nothing on this page', () => timelineTable(page.data, session.terminal));
}

interface ErrorPage extends Page<RowError> {
  readonly groups: readonly RowErrorGroup[];
}

async function showErrors(session: Session, text: string, options: PageOptions & { code?: string }): Promise<void> {
  const id = await resolveJob(session.api, text);
  const page = await session.api.get<ErrorPage>(path`v1/jobs/${id}/errors`, { ...options });
  showPage(session, page, 'no errors', () =>
    [errorGroupTable(page.groups, session.terminal), errorTable(page.data, session.terminal)].join('\n\n'),
  );
}

async function showDryRun(session: Session, text: string): Promise<void> {
  const id = await resolveJob(session.api, text);
  const result = await session.api.get<DryRun>(path`v1/jobs/${id}/dry-run`);
  show(session, result, () => dryRunTables(result, session.terminal));
}

async function cancelJob(session: Session, text: string, options: { readonly reason?: string }): Promise<void> {
  const id = await resolveJob(session.api, text);
  const job = await session.api.post<JobView>(path`v1/jobs/${id}/cancel`, options.reason ? options : undefined);
  show(session, job, () => jobDetails(job, session.terminal.paint, session.now()));
}

interface RetryOptions extends RepeatOptions {
  readonly failedRows?: boolean;
}

async function retryJob(session: Session, text: string, options: RetryOptions): Promise<void> {
  const id = await resolveJob(session.api, text);
  const body = options.failedRows ? { rows: 'failed' } : undefined;
  const job = await session.api.post<JobView>(path`v1/jobs/${id}/retry`, body, repeatHeaders(options));
  show(session, job, () => jobDetails(job, session.terminal.paint, session.now()));
}

async function resumeJob(session: Session, text: string, options: RepeatOptions): Promise<void> {
  const id = await resolveJob(session.api, text);
  const job = await session.api.post<JobView>(path`v1/jobs/${id}/resume`, undefined, repeatHeaders(options));
  show(session, job, () => jobDetails(job, session.terminal.paint, session.now()));
}

async function retryNow(session: Session, text: string): Promise<void> {
  const id = await resolveJob(session.api, text);
  const job = await session.api.post<JobView>(path`v1/jobs/${id}/retry-now`);
  show(session, job, () => jobDetails(job, session.terminal.paint, session.now()));
}

const watch = async (session: Session, text: string): Promise<ExitCode> =>
  watchJob(session, await resolveJob(session.api, text), 'events');
