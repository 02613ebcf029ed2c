import type { CommandContext, coordinatorVerbs, Handlers } from '@tidemark/contracts';
import { cancelJob, confirmCancel } from '../commands/cancel-job.js';
import { changeConnection, removeConnection, updateConnection } from '../commands/change-connection.js';
import { createConnection } from '../commands/create-connection.js';
import { createJob } from '../commands/create-job.js';
import { getConnection, getCursor } from '../commands/get-connection.js';
import { explainJobs, getJob } from '../commands/get-job.js';
import { getJobEvents, getJobState, getTimeline } from '../commands/job-history.js';
import { claimStage, completeStage, failStage, saveCheckpoint } from '../commands/report-stage.js';
import { retryJob } from '../commands/retry-job.js';
import { subscribe } from '../commands/subscribe.js';
import type { Coordinator } from '../coordinator.js';

/** What callers ask of the coordinator, and what runners report. */
export const verbsOf = (coordinator: Coordinator): Handlers<typeof coordinatorVerbs, CommandContext> => ({
  create: (input, context) => createJob(coordinator, context, input),
  'cancel-job': (input, context) => cancelJob(coordinator, context, input),
  'retry-job': (input, context) => retryJob(coordinator, context, input),
  'get-job': (input) => getJob(coordinator, input),
  'job-state': (input) => getJobState(coordinator, input),
  'job-events': (input) => getJobEvents(coordinator, input),
  'job-timeline': (input) => getTimeline(coordinator, input),
  'explain-jobs': (input) => explainJobs(coordinator, input),

  'create-connection': (input, context) => createConnection(coordinator, context, input),
  subscribe: (input, context) => subscribe(coordinator, context, input),
  'update-connection': (input, context) => updateConnection(coordinator, context, input),
  'pause-connection': (input, context) => changeConnection(coordinator, context, input, 'PauseConnection'),
  'resume-connection': (input, context) => changeConnection(coordinator, context, input, 'ResumeConnection'),
  'disconnect-connection': (input, context) => changeConnection(coordinator, context, input, 'DisconnectConnection'),
  'reconnect-connection': (input, context) => changeConnection(coordinator, context, input, 'ReconnectConnection'),
  'remove-connection': (input, context) => removeConnection(coordinator, context, input),
  'get-connection': (input) => getConnection(coordinator, input),
  'get-cursor': (input) => getCursor(coordinator, input),

  'claim-stage': (input, context) => claimStage(coordinator, context, input),
  'complete-stage': (input, context) => completeStage(coordinator, context, input),
  'save-checkpoint': (input, context) => saveCheckpoint(coordinator, context, input),
  'fail-stage': (input, context) => failStage(coordinator, context, input),
  'confirm-cancel': (input, context) => confirmCancel(coordinator, context, input),
});
