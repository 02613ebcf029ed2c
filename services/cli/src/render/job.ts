import type { Counts, JobView, TimelineEntry, WaitingFor } from '@tidemark/contracts';
import { stateColor, type Paint } from './style.js';
import { fields, table, type TableOptions } from './table.js';
import { cut, plain, plural } from './text.js';
import { duration, instant, moment, relative } from './time.js';

export const isEnded = ({ state }: Pick<JobView, 'state'>): boolean => state !== 'pending' && state !== 'running';

/** The job's status in a few words: `completed, unchanged`, `running diff 57 %`, `pending, waiting for …`. */
export function statusText(job: JobView, now: number): string {
  if (job.state === 'running')
    return ['running', job.stage, `${job.percent} %`, job.liveness === 'stalled' ? '(stalled)' : '']
      .filter(Boolean)
      .join(' ');
  if (job.state === 'pending') return job.waitingFor ? `pending, ${waiting(job.waitingFor, now)}` : 'pending';
  const words = job.state === 'completed' ? resultText(job) : job.lastError?.code;
  return words && words !== 'succeeded' ? `${job.state}, ${words}` : job.state;
}

/** `completed with errors in 1 of 7 objects`, where objects as a whole failed. */
function resultText({ result, objects = {} }: JobView): string | undefined {
  const failed = Object.values(objects).filter(({ state }) => state === 'failed').length;
  const text = result?.replaceAll('_', ' ');
  return failed > 0 ? `${text} in ${failed} of ${plural(Object.keys(objects).length, 'object')}` : text;
}

/** Why a job is not running. */
export function waiting({ reason, until, behind = [], behindCount = behind.length }: WaitingFor, now: number): string {
  const when = until ? ` ${relative(until, now)}` : '';
  switch (reason) {
    case 'tenant_cap':
      return `waiting for a free slot: ${plural(behindCount, 'job')} of the tenant running`;
    case 'connection_busy':
      return `waiting for ${behindCount === 1 ? `job ${behind[0]}` : plural(behindCount, 'job')} of the same connection`;
    case 'retry_backoff':
      return `retries${when}`;
    case 'schedule':
      return `starts${when}`;
    case 'window':
      return `waiting for a window of the schedule to end${when}`;
    case 'no_runner':
      return 'waiting for a runner to claim it';
    default:
      return `waiting: ${String(reason)}${when}`;
  }
}

/** The counts above zero. */
function counted(counts: Counts): string | null {
  const nonZero = Object.entries(counts).filter(([, count]) => count > 0);
  return nonZero.length === 0 ? null : nonZero.map(([name, count]) => `${count} ${name}`).join(', ');
}

export function jobDetails(job: JobView, paint: Paint, now: number): string {
  return fields(
    [
      ['job', job.id],
      ['connection', job.connectionId],
      ['state', statusText(job, now), stateColor(job.state)],
      ['type', `${job.type}, requested by ${job.trigger}`],
      ['attempt', `${job.attempt} (${plural(job.retryCount, 'retry', 'retries')} done, ${job.retriesLeft} left)`],
      ['objects', counted(job.counts)],
      ['last error', job.lastError && `${job.lastError.code}: ${job.lastError.message}`],
      ['next attempt', job.nextRetryAt && moment(job.nextRetryAt, now)],
      ['cancel requested', job.cancelRequestedAt && moment(job.cancelRequestedAt, now)],
      ['retry of', job.retryOf],
      ['created', moment(job.createdAt, now)],
      ['started', job.startedAt && moment(job.startedAt, now)],
      ['ended', job.endedAt && `${moment(job.endedAt, now)}, after ${duration(job.durationMs)}`],
    ],
    paint,
  );
}

export const jobTable = (jobs: readonly JobView[], now: number, options: TableOptions): string =>
  table(
    jobs,
    [
      { title: 'JOB', value: ({ id }) => id, id: true },
      { title: 'CONNECTION', value: ({ connectionId }) => connectionId, id: true },
      { title: 'STATE', value: (job) => statusText(job, now), color: ({ state }) => stateColor(state), flexible: true },
      { title: 'BY', value: ({ trigger }) => trigger },
      { title: 'CREATED', value: ({ createdAt }) => relative(createdAt, now) },
      { title: 'TOOK', value: ({ durationMs }) => duration(durationMs) },
    ],
    options,
  );

export const timelineTable = (entries: readonly TimelineEntry[], options: TableOptions): string =>
  table(
    entries,
    [
      { title: 'REV', value: ({ revision }) => String(revision) },
      { title: 'TIME', value: ({ at }) => at.replace('T', ' ') },
      { title: 'EVENT', value: ({ message }) => message, flexible: true },
      { title: 'BY', value: ({ actor }) => actor, flexible: true },
    ],
    options,
  );

/** One event of a watched job, as a line of a log. */
export const timelineLine = (at: string, message: string, paint: Paint): string =>
  `${paint('dim', instant(at))}  ${plain(message)}`;

const BAR = 20;

/** One line of at most `width` columns: bar, percent, status, attempt, counts, duration. */
export function progressLine(job: JobView, now: number, width: number): string {
  const filled = Math.round((Math.min(100, job.percent) / 100) * BAR);
  const since = job.startedAt ?? job.createdAt;
  const parts = [
    `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${String(job.percent).padStart(3)} %`,
    statusText(job, now).replace(/ \d+ %/, ''),
    job.attempt > 1 ? `attempt ${job.attempt}` : null,
    counted(job.counts),
    duration(Math.max(0, (job.endedAt ? Date.parse(job.endedAt) : now) - Date.parse(since))),
  ];
  return cut(plain(parts.filter(Boolean).join('  ')), width - 1);
}
