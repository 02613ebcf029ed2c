import type {
  CheckpointReport,
  ClaimedDelivery,
  ClaimRef,
  JobCreated,
  StageFailure,
  StageReport,
} from '@tidemark/contracts';
import type { Command } from '@tidemark/event-store';

export type CreateJob = Command<'CreateJob', JobCreated['data']>;

export type ClaimStage = Command<
  'ClaimStage',
  {
    readonly stage: string;
    readonly service: string;
    readonly runner: string;
    readonly attempt: number;
    readonly delivery: ClaimedDelivery;
    /** Of the connection, when the claim was requested. */
    readonly sourceSetAt?: number;
    /** The coordinator has listened in vain for the runner that holds the claim. */
    readonly isHolderSilent?: boolean;
    /** 0 ≤ random < 1, for the jitter of a retry. */
    readonly random: number;
  }
>;

/** A runner's report, without the ids of job and claim. */
type Reported<Report extends ClaimRef> = Omit<Report, 'tenant' | 'jobId'>;

export type CompleteStage = Command<'CompleteStage', Omit<Reported<StageReport>, 'changes'>>;

export type SaveCheckpoint = Command<'SaveCheckpoint', Reported<CheckpointReport>>;

export type FailStage = Command<
  'FailStage',
  Reported<StageFailure> & {
    /** 0 ≤ random < 1, for the jitter of the retry. */
    readonly random: number;
  }
>;

/** A job that waits for its next attempt is to wait no longer. */
export type ExpediteRetry = Command<'ExpediteRetry', { readonly reason: string }>;

/** No heartbeat of this claim arrived in time. */
export type ExpireClaim = Command<'ExpireClaim', { readonly claim: number; readonly random: number }>;

/** The runner of this claim was stopped, and gives it back. */
export type ReleaseClaim = Command<'ReleaseClaim', { readonly claim: number }>;

/** The claim has sent heartbeats but made no progress since `since`. */
export type StallClaim = Command<'StallClaim', { readonly claim: number; readonly since: number }>;

export type RecoverClaim = Command<'RecoverClaim', { readonly claim: number }>;

export type CancelJob = Command<'CancelJob', { readonly reason: string; readonly deadline: number }>;

/** The runner of this claim stopped as requested. */
export type ConfirmCancel = Command<'ConfirmCancel', { readonly claim: number }>;

/** The deadline of a requested cancel passed. */
export type ForceCancel = Command<'ForceCancel'>;

export type JobCommand =
  | CreateJob
  | ClaimStage
  | CompleteStage
  | SaveCheckpoint
  | FailStage
  | ExpediteRetry
  | ExpireClaim
  | ReleaseClaim
  | StallClaim
  | RecoverClaim
  | CancelJob
  | ConfirmCancel
  | ForceCancel;
