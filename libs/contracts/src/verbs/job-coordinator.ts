import { mapOf, shaped } from '../fields/field-type.js';
import { ChangeObject, ConnectionObject, ConnectionObjects } from '../shapes/connection-objects.js';
import {
  ConnectionRef,
  CreateConnection,
  ResetConnection,
  Subscribe,
  UpdateConnection,
  ValidatedConnection,
} from '../shapes/connection-requests.js';
import { Connection, CursorView } from '../shapes/connection.js';
import {
  CancelJob,
  CreateJob,
  ExplainJobs,
  GetJobEvents,
  GetJobState,
  GetTimeline,
  JobRef,
  ResumeJob,
  RetryJob,
} from '../shapes/job-requests.js';
import { Job, JobEventPage, Timeline, WaitingFor } from '../shapes/job.js';
import { Nothing } from '../shapes/operations.js';
import { GetPushTarget, PushObjects, PushTaken, PushTarget } from '../shapes/pushes.js';
import {
  CancelConfirmation,
  CheckpointReport,
  ClaimGranted,
  ClaimRelease,
  ClaimRequest,
  ReportTaken,
  StageFailure,
  StageReport,
} from '../shapes/work.js';
import { deadLetterVerbs } from './dead-letters.js';
import { verb, verbsOf } from './verb.js';

const job = shaped(() => Job);
const connection = shaped(() => Connection);
const nothing = shaped(() => Nothing);
const reportTaken = shaped(() => ReportTaken);

export const coordinatorVerbs = verbsOf('job-coordinator', {
  create: verb({
    input: CreateJob,
    output: job,
    unknown: 'refuse',
    summary: 'Requests a sync job, for internal producers as for the gateway',
    description:
      'The reply is the job, pending. After a timeout, repeat the request with the same `idempotencyKey`: the job is ' +
      'created once, and DUPLICATE_JOB names it in `jobId`. IDEMPOTENCY_KEY_REUSED: the key came with another request. ' +
      'TOO_MANY_CONCURRENT_SYNCS and CONNECTION_BUSY occur only with `whenBusy: reject`, QUEUE_FULL only with `queue`. After ' +
      'EVENT_STORE_UNAVAILABLE, repeat the request later.',
    errors: [
      'NOT_FOUND',
      'CONNECTION_NOT_ACTIVE',
      'CONFLICT',
      'DUPLICATE_JOB',
      'IDEMPOTENCY_KEY_REUSED',
      'TOO_MANY_CONCURRENT_SYNCS',
      'CONNECTION_BUSY',
      'QUEUE_FULL',
      'EVENT_STORE_UNAVAILABLE',
    ],
  }),
  'cancel-job': verb({
    input: CancelJob,
    output: job,
    unknown: 'refuse',
    summary: 'Cancels a job that has not ended',
    errors: ['NOT_FOUND', 'JOB_NOT_CANCELLABLE'],
  }),
  'retry-job': verb({
    input: RetryJob,
    output: job,
    summary: 'Starts a new job in place of one that ended',
    description: 'The `idempotencyKey` has the same effect as in `create`.',
    errors: [
      'NOT_FOUND',
      'JOB_NOT_RETRYABLE',
      'CONNECTION_NOT_ACTIVE',
      'DUPLICATE_JOB',
      'IDEMPOTENCY_KEY_REUSED',
      'QUEUE_FULL',
    ],
  }),
  'resume-job': verb({
    input: ResumeJob,
    output: job,
    summary: 'Starts a new job that goes on where a cancelled or failed backfill stopped',
    description: 'The `idempotencyKey` has the same effect as in `create`.',
    errors: [
      'NOT_FOUND',
      'JOB_NOT_RETRYABLE',
      'CONNECTION_NOT_ACTIVE',
      'DUPLICATE_JOB',
      'IDEMPOTENCY_KEY_REUSED',
      'QUEUE_FULL',
    ],
  }),
  'retry-now': verb({
    input: JobRef,
    output: job,
    summary: 'Starts the next attempt of a job that waits for its retry; may be repeated',
    errors: ['NOT_FOUND', 'JOB_NOT_RETRYABLE'],
  }),
  'get-job': verb({ input: JobRef, output: job, summary: 'The job as it is now', errors: ['NOT_FOUND'] }),
  'job-state': verb({
    input: GetJobState,
    output: job,
    summary: 'The job as it was at a revision or a time',
    errors: ['NOT_FOUND'],
  }),
  'job-events': verb({
    input: GetJobEvents,
    output: shaped(() => JobEventPage),
    summary: 'Stored events of a job from a revision on',
    errors: ['NOT_FOUND'],
  }),
  'job-timeline': verb({
    input: GetTimeline,
    output: shaped(() => Timeline),
    summary: "One page of a job's timeline",
    errors: ['NOT_FOUND'],
  }),
  'explain-jobs': verb({
    input: ExplainJobs,
    output: mapOf(shaped(() => WaitingFor)),
    summary: 'Why each of these jobs is not running, by job id; running and ended ones are left out',
  }),
  'create-connection': verb({
    input: CreateConnection,
    output: connection,
    unknown: 'refuse',
    summary: 'Creates a connection',
    description:
      'With an `idempotencyKey` it is created once, and DUPLICATE_REQUEST names it in `id`, also after it was removed. ' +
      'IDEMPOTENCY_KEY_REUSED: the key came with another request.',
    errors: ['DUPLICATE_REQUEST', 'IDEMPOTENCY_KEY_REUSED'],
  }),
  'validate-connection': verb({
    input: CreateConnection,
    output: shaped(() => ValidatedConnection),
    unknown: 'refuse',
    summary: 'Checks a connection as far as nothing outside need be asked, and creates nothing',
  }),
  subscribe: verb({
    input: Subscribe,
    output: connection,
    unknown: 'refuse',
    summary: 'Subscribes the tenant to a provider; a repetition returns the same subscription',
    errors: ['NOT_FOUND'],
  }),
  'update-connection': verb({
    input: UpdateConnection,
    output: connection,
    unknown: 'refuse',
    summary: 'Changes the given fields',
    errors: ['NOT_FOUND'],
  }),
  'reset-connection': verb({
    input: ResetConnection,
    output: connection,
    unknown: 'refuse',
    summary: 'Drops the cursor, or those of some objects: the next job reads from the beginning',
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  'pause-connection': verb({
    input: ConnectionRef,
    output: connection,
    summary: 'Stops automatic syncs',
    errors: ['NOT_FOUND'],
  }),
  'resume-connection': verb({
    input: ConnectionRef,
    output: connection,
    summary: 'Resumes automatic syncs',
    errors: ['NOT_FOUND'],
  }),
  'disconnect-connection': verb({
    input: ConnectionRef,
    output: connection,
    summary: 'No syncs of any kind until it is connected again',
    errors: ['NOT_FOUND'],
  }),
  'reconnect-connection': verb({
    input: ConnectionRef,
    output: connection,
    summary: 'Makes it active',
    errors: ['NOT_FOUND'],
  }),
  'reauthorize-connection': verb({
    input: ConnectionRef,
    output: connection,
    summary: 'A credential of the connection was authorised or replaced: makes it active if it was revoked',
    errors: ['NOT_FOUND'],
  }),
  'remove-connection': verb({
    input: ConnectionRef,
    output: nothing,
    summary: 'Removes the connection',
    description: 'CONFLICT: a provider that still has subscribers.',
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  'get-connection': verb({
    input: ConnectionRef,
    output: connection,
    summary: 'The connection as it is now',
    errors: ['NOT_FOUND'],
  }),
  'get-cursor': verb({
    input: ConnectionRef,
    output: shaped(() => CursorView),
    summary: 'How far the source has been read and committed',
    errors: ['NOT_FOUND'],
  }),
  'list-objects': verb({
    input: ConnectionRef,
    output: shaped(() => ConnectionObjects),
    summary: 'The objects of a connection: state, health and cursor of each',
    errors: ['NOT_FOUND'],
  }),
  'change-object': verb({
    input: ChangeObject,
    output: shaped(() => ConnectionObject),
    unknown: 'refuse',
    summary: 'Pauses, resumes or resets one object of a connection',
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  push: verb({
    input: PushObjects,
    output: shaped(() => PushTaken),
    unknown: 'refuse',
    summary: 'Objects of the source changed; the reply comes when that is durable',
    description:
      'Pushes of a few seconds are the work of one job of type webhook, also those that arrive while a connection is ' +
      'paused or disconnected. QUEUE_FULL: too many records wait.',
    errors: ['NOT_FOUND', 'CONFLICT', 'QUEUE_FULL', 'EVENT_STORE_UNAVAILABLE'],
  }),
  'get-push-target': verb({
    input: GetPushTarget,
    output: shaped(() => PushTarget),
    summary: 'The tenant and the source of a connection, for the address of a webhook, which names no tenant',
    errors: ['NOT_FOUND'],
  }),
  'claim-stage': verb({
    input: ClaimRequest,
    output: shaped(() => ClaimGranted),
    summary: 'Claims the leg of a work message for a runner',
    description: 'CLAIM_REFUSED says why in `reason`.',
    errors: ['CLAIM_REFUSED', 'NOT_FOUND'],
  }),
  'complete-stage': verb({
    input: StageReport,
    output: reportTaken,
    summary: 'The checkpoint at the end of a stage; may be repeated',
    errors: ['STALE_CLAIM', 'NOT_FOUND'],
  }),
  'save-checkpoint': verb({
    input: CheckpointReport,
    output: reportTaken,
    summary: 'How far a stage has got; may be repeated',
    errors: ['STALE_CLAIM', 'NOT_FOUND'],
  }),
  'fail-stage': verb({
    input: StageFailure,
    output: reportTaken,
    summary: 'The error that ended a stage; may be repeated',
    errors: ['STALE_CLAIM', 'NOT_FOUND'],
  }),
  'release-claim': verb({
    input: ClaimRelease,
    output: nothing,
    summary: 'The runner was stopped and gives its leg back; may be repeated',
    description: 'The leg is offered to another runner at once. A lost claim would count against the job.',
    errors: ['NOT_FOUND'],
  }),
  'confirm-cancel': verb({
    input: CancelConfirmation,
    output: nothing,
    summary: 'The runner stopped as requested; may be repeated',
    errors: ['STALE_CLAIM', 'NOT_FOUND'],
  }),
  ...deadLetterVerbs,
});
