export const jobTypes = ['full'] as const;
/** `full`: read everything. */
export type JobType = (typeof jobTypes)[number];

export const jobTriggers = ['schedule', 'manual', 'api', 'retry'] as const;
/** What asked for the job: the connection's schedule, a person, a program, or the retry of an ended job. */
export type JobTrigger = (typeof jobTriggers)[number];

export const jobStates = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;
export type JobState = (typeof jobStates)[number];

/** How objects fared; whole numbers from 0. */
export interface Counts {
  readonly total: number;
  readonly processed: number;
  readonly failed: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly skipped: number;
}

export const noCounts: Counts = {
  total: 0,
  processed: 0,
  failed: 0,
  created: 0,
  updated: 0,
  deleted: 0,
  skipped: 0,
};

/** What went wrong, for people and programs. Never secrets. */
export interface Failure {
  /** Upper snake case: `SOURCE_UNREACHABLE`, `SOURCE_INVALID`, … */
  readonly code: string;
  readonly message: string;
}

export const waitReasons = ['tenant_cap', 'connection_busy', 'retry_backoff', 'schedule', 'no_runner'] as const;
/**
 * Why a job is not running: over the tenant's cap, behind another job of its connection, between two tries, before its
 * start time, or offered to runners with none taking it.
 */
export interface WaitingFor {
  readonly reason: (typeof waitReasons)[number];
  /** Until when at least; ISO 8601, UTC. */
  readonly until?: string;
  /** The jobs that must end first. */
  readonly behind?: readonly string[];
}

/** How a completed job ended: with all objects done, with nothing to do, or with some objects failed. */
export type JobResult = 'succeeded' | 'unchanged' | 'completed_with_errors';

/** Whether the runner of a running job shows signs of life, and whether the job advances. */
export type Liveness = 'live' | 'stalled';

/** A job as API, CLI and gRPC show it. Times are ISO 8601 in UTC. */
export interface JobView {
  readonly id: string;
  readonly connectionId: string;
  readonly type: JobType;
  readonly trigger: JobTrigger;
  readonly state: JobState;
  /** The stage in work, or the one to come next; null once ended. */
  readonly stage: string | null;
  /** 0 to 100. */
  readonly percent: number;
  readonly counts: Counts;
  /** From 1; 0 before the first try. */
  readonly attempt: number;
  readonly retryCount: number;
  readonly retriesLeft: number;
  readonly nextRetryAt: string | null;
  readonly waitingFor: WaitingFor | null;
  /** Null unless running. */
  readonly liveness: Liveness | null;
  readonly cancelRequestedAt: string | null;
  readonly lastError: Failure | null;
  /** Null until completed. */
  readonly result: JobResult | null;
  /** The ended job that this one tries again. */
  readonly retryOf: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
}

/** One line of a job's story. */
export interface TimelineEntry {
  readonly revision: number;
  /** The event's type. */
  readonly type: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly actor: string;
  readonly stage: string | null;
  readonly claim: number | null;
  /** One sentence. */
  readonly message: string;
}
