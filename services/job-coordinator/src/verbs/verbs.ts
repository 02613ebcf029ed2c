import type { CommandContext, coordinatorVerbs, Handlers } from '@tidemark/contracts';
import type { Coordinator } from '../coordinator.js';
import { cancelJob } from './cancel-job.js';
import { changeConnection } from './change-connection.js';
import { claimStage } from './claim-stage.js';
import { completeStage } from './complete-stage.js';
import { confirmCancel } from './confirm-cancel.js';
import { changeObject, listObjects } from './connection-objects.js';
import { createConnection, validateConnection } from './create-connection.js';
import { createJob } from './create-job.js';
import { getDeadLetter, listDeadLetters, settleDeadLetters } from './dead-letters.js';
import { explainJobs } from './explain-jobs.js';
import { failStage } from './fail-stage.js';
import { getConnection } from './get-connection.js';
import { getCursor } from './get-cursor.js';
import { getJob } from './get-job.js';
import { getJobEvents } from './job-events.js';
import { getJobState } from './job-state.js';
import { getTimeline } from './job-timeline.js';
import { getPushTarget, push } from './push.js';
import { releaseClaim } from './release-claim.js';
import { removeConnection } from './remove-connection.js';
import { resetConnection } from './reset-connection.js';
import { resumeJob } from './resume-job.js';
import { retryJob } from './retry-job.js';
import { retryNow } from './retry-now.js';
import { saveCheckpoint } from './save-checkpoint.js';
import { subscribe } from './subscribe.js';
import { updateConnection } from './update-connection.js';

/** The requests of callers and the reports of runners that the coordinator serves. */
export const verbsOf = (coordinator: Coordinator): Handlers<typeof coordinatorVerbs, CommandContext> => ({
  create: (input, context) => createJob(coordinator, context, input),
  'cancel-job': (input, context) => cancelJob(coordinator, context, input),
  'retry-job': (input, context) => retryJob(coordinator, context, input),
  'resume-job': (input, context) => resumeJob(coordinator, context, input),
  'retry-now': (input, context) => retryNow(coordinator, context, input),
  'get-job': (input) => getJob(coordinator, input),
  'job-state': (input) => getJobState(coordinator, input),
  'job-events': (input) => getJobEvents(coordinator, input),
  'job-timeline': (input) => getTimeline(coordinator, input),
  'explain-jobs': (input) => explainJobs(coordinator, input),

  'create-connection': (input, context) => createConnection(coordinator, context, input),
  'validate-connection': (input) => validateConnection(coordinator, input),
  subscribe: (input, context) => subscribe(coordinator, context, input),
  'update-connection': (input, context) => updateConnection(coordinator, context, input),
  'reset-connection': (input, context) => resetConnection(coordinator, context, input),
  'pause-connection': (input, context) => changeConnection(coordinator, context, input, 'PauseConnection'),
  'resume-connection': (input, context) => changeConnection(coordinator, context, input, 'ResumeConnection'),
  'disconnect-connection': (input, context) => changeConnection(coordinator, context, input, 'DisconnectConnection'),
  'reconnect-connection': (input, context) => changeConnection(coordinator, context, input, 'ReconnectConnection'),
  'reauthorize-connection': (input, context) => changeConnection(coordinator, context, input, 'ReauthorizeConnection'),
  'remove-connection': (input, context) => removeConnection(coordinator, context, input),
  'get-connection': (input) => getConnection(coordinator, input),
  'get-cursor': (input) => getCursor(coordinator, input),

  'list-objects': (input) => listObjects(coordinator, input),
  'change-object': (input, context) => changeObject(coordinator, context, input),

  push: (input, context) => push(coordinator, context, input),
  'get-push-target': ({ connectionId }) => getPushTarget(coordinator, connectionId),

  'claim-stage': (input, context) => claimStage(coordinator, context, input),
  'complete-stage': (input, context) => completeStage(coordinator, context, input),
  'save-checkpoint': (input, context) => saveCheckpoint(coordinator, context, input),
  'fail-stage': (input, context) => failStage(coordinator, context, input),
  'release-claim': (input, context) => releaseClaim(coordinator, context, input),
  'confirm-cancel': (input, context) => confirmCancel(coordinator, context, input),

  'list-dead-letters': (input) => listDeadLetters(coordinator.deadLetters, input),
  'get-dead-letter': (input) => getDeadLetter(coordinator.deadLetters, input),
  'redrive-dead-letters': (input) => settleDeadLetters(coordinator.deadLetters, 'redrive', input),
  'discard-dead-letters': (input) => settleDeadLetters(coordinator.deadLetters, 'discard', input),
});
