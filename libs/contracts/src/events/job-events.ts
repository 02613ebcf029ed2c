import type { Facts, FactType } from '../facts.js';
import type { JobState } from '../shapes/job.js';
import type { EventOf } from './event-data.js';
import type { Fact } from './fact.js';
import {
  CancelRequestedData,
  ChangesDetectedData,
  CheckpointSavedData,
  ClaimExpiredData,
  ClaimRecoveredData,
  ClaimStalledData,
  JobCancelledData,
  JobCompletedData,
  JobCreatedData,
  JobFailedData,
  RetryExpeditedData,
  RetryScheduledData,
  StageClaimedData,
  StageCompletedData,
} from './job-event-data.js';

/** The events of a `job-<id>` stream and their data. */
export const jobEvents = {
  JobCreated: JobCreatedData,
  StageClaimed: StageClaimedData,
  StageCompleted: StageCompletedData,
  CheckpointSaved: CheckpointSavedData,
  ClaimExpired: ClaimExpiredData,
  ClaimStalled: ClaimStalledData,
  ClaimRecovered: ClaimRecoveredData,
  RetryScheduled: RetryScheduledData,
  RetryExpedited: RetryExpeditedData,
  CancelRequested: CancelRequestedData,
  ChangesDetected: ChangesDetectedData,
  JobCompleted: JobCompletedData,
  JobFailed: JobFailedData,
  JobCancelled: JobCancelledData,
} as const;

type JobEvents = typeof jobEvents;

export type JobEvent = EventOf<JobEvents>;
export type JobCreated = EventOf<JobEvents, 'JobCreated'>;
export type StageCompleted = EventOf<JobEvents, 'StageCompleted'>;
export type CheckpointSaved = EventOf<JobEvents, 'CheckpointSaved'>;
export type JobCompleted = EventOf<JobEvents, 'JobCompleted'>;

/** Of a provider there is one for each subscription as well, in the stream `alerts-<snapshot>`. */
export type ChangesDetected = EventOf<JobEvents, 'ChangesDetected'>;

/** A fact that a stage reported; its data with the job's tenant, connection and id. */
export type JobFact<T extends FactType = FactType> = {
  [F in T]: Fact<F, Facts[F] & { readonly tenant: string; readonly connectionId: string; readonly jobId: string }>;
}[T];

/** The events that end a job permanently. */
export type JobEnding = EventOf<JobEvents, 'JobCompleted' | 'JobFailed' | 'JobCancelled'>;

/** The state that each ending leaves the job in. */
export const endStates = {
  JobCompleted: 'completed',
  JobFailed: 'failed',
  JobCancelled: 'cancelled',
} as const satisfies Record<JobEnding['type'], JobState>;

/** Whether the event ends its job permanently. */
export const isEnding = <Event extends { readonly type: string }>(event: Event): event is Event & JobEnding =>
  Object.hasOwn(endStates, event.type);
