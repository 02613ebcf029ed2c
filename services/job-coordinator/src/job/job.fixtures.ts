import { jobStates, TidemarkError, type JobEvent, type JobState as JobStatus } from '@tidemark/contracts';
import type { ClaimStage, CreateJob, JobCommand } from './job.commands.js';
import { decideJob } from './job.decide.js';
import { absentJob, evolveJob, type ExistingJob, type JobState } from './job.js';

/** Noon of a fixed day, milliseconds since the epoch. */
export const noon = Date.parse('2026-03-01T12:00:00Z');

export const createJob: CreateJob = {
  type: 'CreateJob',
  data: {
    jobId: 'job-1',
    tenant: 'acme',
    connectionId: 'connection-1',
    connector: 'openapi',
    pipeline: { kind: 'dependency', parameters: {} },
    type: 'full',
    trigger: 'api',
    stages: [
      { name: 'fetch', service: 'connector-runner' },
      { name: 'snapshot', service: 'connector-runner' },
      { name: 'diff', service: 'differ' },
      { name: 'alert', service: 'differ' },
    ],
    whenBusy: 'queue',
    claimTimeoutMs: 60_000,
    stallTimeoutMs: 600_000,
    at: noon,
  },
};

export const claimStage = (changes: Partial<ClaimStage['data']> = {}): ClaimStage => ({
  type: 'ClaimStage',
  data: {
    stage: 'fetch',
    service: 'connector-runner',
    runner: 'runner-1',
    attempt: 1,
    delivery: { id: 'message-1', sequence: 1 },
    random: 0.5,
    at: noon + 1000,
    ...changes,
  },
});

export const completeStage = (claim: number, stage: string, more: object = {}): JobCommand => ({
  type: 'CompleteStage',
  data: { claim, stage, output: { of: stage }, at: noon + 2000, ...more },
});

export const saveCheckpoint = (claim: number, stage: string, sequence: number, more: object = {}): JobCommand => ({
  type: 'SaveCheckpoint',
  data: { claim, stage, sequence, cursor: { at: sequence }, at: noon + 1500, ...more },
});

export const failStage = (claim: number, stage: string, more: object = {}): JobCommand => ({
  type: 'FailStage',
  data: {
    claim,
    stage,
    error: { code: 'SOURCE_UNREACHABLE', message: 'no answer' },
    retryable: true,
    random: 0.5,
    at: noon + 3000,
    ...more,
  },
});

export const cancelJob: JobCommand = {
  type: 'CancelJob',
  data: { reason: 'not needed', deadline: noon + 7000, at: noon + 4000 },
};

/** The state after these commands, one after the other. */
export const after = (...commands: JobCommand[]): JobState =>
  commands.reduce<JobState>((job, command) => fold(job, decideJob(command, job)), absentJob);

export const fold = (job: JobState, events: readonly JobEvent[]): JobState => events.reduce(evolveJob, job);

export const existing = (...commands: JobCommand[]): ExistingJob => {
  const job = after(...commands);
  if (job.status === 'absent') throw new Error('the job does not exist');
  return job;
};

/** A job in every state. */
export const jobIn: Readonly<Record<JobStatus | 'absent', JobState>> = {
  absent: absentJob,
  pending: after(createJob),
  running: after(createJob, claimStage()),
  completed: after(createJob, claimStage(), completeStage(1, 'fetch', { finish: 'unchanged' })),
  failed: after(createJob, claimStage(), failStage(1, 'fetch', { retryable: false })),
  cancelled: after(createJob, cancelJob),
};

export const everyState = ['absent', ...jobStates] as const;

/** The refusal of a command: its code and details; the events when it is not refused. */
export const refusalOf = (command: JobCommand, job: JobState) => {
  try {
    return decideJob(command, job);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    return { code: error.code, ...error.details };
  }
};
