import type { JobEvent, JobView } from '@tidemark/contracts';
import { path } from './api/api.js';
import { followJob, patiently } from './api/job-events.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { isEnded, progressLine, statusText, timelineLine } from './render/job.js';
import { stateColor } from './render/style.js';
import { plain } from './render/text.js';
import { duration } from './render/time.js';
import type { Session } from './session.js';

const REFRESH_MS = 500;
/** Events that the progress line already shows. */
const routine: ReadonlySet<string> = new Set<JobEvent['type']>([
  'JobCreated',
  'StageClaimed',
  'StageCompleted',
  'JobCompleted',
  'JobFailed',
  'JobCancelled',
]);

/** 0 when the job completed, 1 when it failed or was cancelled. */
export const outcomeOf = ({ state }: JobView): ExitCode => (state === 'completed' ? exitCodes.ok : exitCodes.unwanted);

/** What `--json` prints: the job once it has ended, or every event as a line. */
type JsonOf = 'job' | 'events';

/**
 * Shows the job until it ends: a progress line on an interactive terminal, otherwise a line per event. Resolves with
 * the exit code for the job's outcome; Ctrl-C does not affect the job.
 */
export async function watchJob(session: Session, jobId: string, jsonOf: JsonOf = 'job'): Promise<ExitCode> {
  const { api, terminal, json, signal } = session;
  const load = () => api.get<JobView>(path`v1/jobs/${jobId}`);
  const stopDrawing = json || !terminal.watched ? null : drawProgress(session, await load(), load);
  try {
    for await (const event of followJob(api, jobId, { signal })) {
      if (json && jsonOf === 'events') terminal.print(JSON.stringify(event));
      else if (!json && !(stopDrawing && routine.has(event.type)))
        terminal.print(timelineLine(event.at, event.message, terminal.paint));
    }
  } finally {
    stopDrawing?.();
  }
  if (signal.aborted) {
    terminal.note(`The job continues; to watch it again: tidemark jobs watch ${jobId}`);
    return exitCodes.interrupted;
  }
  const job = await patiently(load, { signal });
  if (!json) terminal.print(ending(session, job));
  else if (jsonOf === 'job') terminal.print(JSON.stringify(job, null, 2));
  return outcomeOf(job);
}

/** Keeps a progress line up to date; returns a function that stops it. */
function drawProgress({ terminal, now }: Session, first: JobView, load: () => Promise<JobView>): () => void {
  let job: JobView | null = first;
  const draw = () => job && terminal.progress(progressLine(job, now(), terminal.width ?? 80));
  // While Tidemark cannot be reached, the last known state is shown with a running clock.
  const timer = setInterval(
    () =>
      void load()
        .then((fresh) => (job &&= fresh))
        .catch(() => {})
        .finally(draw),
    REFRESH_MS,
  );
  draw();
  return () => {
    job = null;
    clearInterval(timer);
    terminal.clear();
  };
}

function ending({ terminal, now }: Session, job: JobView): string {
  const failure = job.state === 'failed' && job.lastError ? `: ${job.lastError.message}` : '';
  const took = isEnded(job) && job.durationMs !== null ? ` in ${duration(job.durationMs)}` : '';
  return `${terminal.paint(stateColor(job.state), statusText(job, now()))}${took}${plain(failure)}`;
}
