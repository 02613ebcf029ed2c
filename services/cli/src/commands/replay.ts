import type { JobView, TimelineEntry } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path, type Api, type Page } from '../api/api.js';
import { usageError } from '../cli-error.js';
import { time, wholeNumber } from '../options.js';
import { jobDetails } from '../render/job.js';
import { instant } from '../render/time.js';
import { resolveJob } from '../resolve.js';
import { show, type Action, type Session } from '../session.js';

const PER_PAGE = 100;

interface ReplayOptions {
  readonly toRevision?: number;
  readonly at?: string;
}

export function replayCommand(program: Command, action: Action): void {
  const replay = program.command('replay').description('show a job as of an earlier revision or time');
  replay
    .command('job <job>')
    .description('show the state of a job at a revision or time, and the event that led to it')
    .addOption(new Option('--to-revision <n>', 'state after this event; the first is 0').argParser(wholeNumber(0)))
    .addOption(new Option('--at <time>', 'state at this time, ISO 8601').argParser(time).conflicts('toRevision'))
    .action(action(replayJob));
}

async function replayJob(session: Session, text: string, options: ReplayOptions): Promise<void> {
  const { toRevision: revision, at } = options;
  if (revision === undefined && at === undefined) throw usageError('give --to-revision or --at');
  const { api, json, terminal } = session;
  const id = await resolveJob(api, text);
  const job = await api.get<JobView>(path`v1/jobs/${id}/state`, { revision, at });
  const event = json ? undefined : await (at === undefined ? entryOf(api, id, revision!) : lastEntry(api, id, at));
  show(session, job, () => {
    // "ago" is relative to the replayed point in time.
    const then = Date.parse(at ?? event?.at ?? job.createdAt);
    const details = jobDetails(job, terminal.paint, then);
    if (!event) return details;
    const who = `revision ${event.revision}, ${instant(event.at)}, by ${event.actor}`;
    return `${terminal.paint('bold', event.message)}\n${terminal.paint('dim', who)}\n\n${details}`;
  });
}

/** The event at a revision: the timeline has one entry for each, in order. */
async function entryOf(api: Api, jobId: string, revision: number): Promise<TimelineEntry | undefined> {
  const address = path`v1/jobs/${jobId}/timeline`;
  return (await api.get<Page<TimelineEntry>>(address, { page: revision + 1, perPage: 1 })).data[0];
}

async function lastEntry(api: Api, jobId: string, at: string): Promise<TimelineEntry | undefined> {
  let last: TimelineEntry | undefined;
  for (let page = 1; ; page++) {
    const address = path`v1/jobs/${jobId}/timeline`;
    const { data, pagination } = await api.get<Page<TimelineEntry>>(address, { page, perPage: PER_PAGE });
    const before = data.filter((entry) => Date.parse(entry.at) <= Date.parse(at));
    last = before.at(-1) ?? last;
    if (before.length < data.length || page * PER_PAGE >= pagination.total) return last;
  }
}
