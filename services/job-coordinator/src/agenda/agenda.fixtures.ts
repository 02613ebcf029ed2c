import type { ConnectionEvent, JobEvent } from '@tidemark/contracts';
import { createJob, fold, noon } from '../job/job.fixtures.js';
import type { CreateJob, JobCommand } from '../job/job.commands.js';
import { decideJob } from '../job/job.decide.js';
import { absentJob, type ExistingJob, type JobState } from '../job/job.js';
import { Agenda } from './agenda.js';

export const TENANT = 'acme';
/** The clock of these agendas: five seconds after the jobs were created. */
export const now = noon + 5000;

export interface Story {
  readonly id: string;
  readonly events: readonly JobEvent[];
  readonly job: ExistingJob;
}

/** The events that these commands lead to, and the resulting job. */
export function storyOf(order: Partial<CreateJob['data']>, ...commands: readonly JobCommand[]): Story {
  const data = { ...createJob.data, ...order };
  let job: JobState = absentJob;
  const events = [{ ...createJob, data }, ...commands].flatMap((command) => {
    const decided = decideJob(command, job);
    job = fold(job, decided);
    return decided;
  });
  return { id: data.jobId, events, job: job as unknown as ExistingJob };
}

export const story = (jobId: string, connectionId: string, ...commands: readonly JobCommand[]): Story =>
  storyOf({ jobId, connectionId }, ...commands);

export function apply(agenda: Agenda, ...stories: readonly Story[]): void {
  for (const { id, events } of stories) for (const event of events) agenda.applyJob(id, TENANT, event);
}

export function agendaOf(...stories: readonly Story[]): Agenda {
  const agenda = new Agenda(() => now);
  apply(agenda, ...stories);
  return agenda;
}

export function admit(agenda: Agenda, ...jobIds: readonly string[]): void {
  const admitted = jobIds.map((jobId) => {
    const { connectionId, attempt, stage } = agenda.jobs.get(jobId)!;
    return { jobId, connectionId, attempt, service: stage.service, stage: stage.name };
  });
  agenda.applyAdmission({ type: 'PlacesChanged', data: { at: noon, released: [], admitted } });
}

/** The connection recorded the end of its completed job. */
export const syncEnded = (jobId: string): ConnectionEvent => ({
  type: 'SyncEnded',
  data: { jobId, state: 'completed', result: 'unchanged', position: 1, nextSyncAt: null, at: noon },
});

/** The connection's next sync is planned for this time. */
export const planned = (nextSyncAt: number): ConnectionEvent => ({
  type: 'ConnectionResumed',
  data: { nextSyncAt, at: noon },
});

export const sourceChanged: ConnectionEvent = {
  type: 'ConnectionUpdated',
  data: { source: { connector: 'noop', config: {} }, nextSyncAt: null, at: noon },
};

export const paused: ConnectionEvent = { type: 'ConnectionPaused', data: { at: noon } };
