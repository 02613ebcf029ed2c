import { Controller, Inject } from '@nestjs/common';
import {
  command,
  contextOf,
  type CancelConfirmation,
  type CheckpointReport,
  type ClaimRequest,
  type EndedJob,
  type StageFailure,
  type StageReport,
} from '@tidemark/contracts';
import type { Delivery, Request } from '@tidemark/messaging';
import { Consume, Serve, type BrokerContext } from '@tidemark/messaging/nest';
import { confirmCancel } from '../commands/cancel-job.js';
import { endSync } from '../commands/end-sync.js';
import { claimStage, completeStage, failStage, saveCheckpoint } from '../commands/report-stage.js';
import type { Coordinator } from '../coordinator.js';
import { recordEnding } from '../metrics.js';
import { COORDINATOR } from '../tokens.js';
import { JOB_ENDED } from './outbox.js';

const subject = (verb: string) => command('job-coordinator', verb);
type From = BrokerContext<Request>;

/** What runners report, and what follows from the end of a job. */
@Controller()
export class WorkController {
  constructor(@Inject(COORDINATOR) private readonly coordinator: Coordinator) {}

  @Serve(subject('claim-stage'))
  claim(data: ClaimRequest, { headers }: From) {
    return claimStage(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('complete-stage'))
  complete(data: StageReport, { headers }: From) {
    return completeStage(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('save-checkpoint'))
  checkpoint(data: CheckpointReport, { headers }: From) {
    return saveCheckpoint(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('fail-stage'))
  fail(data: StageFailure, { headers }: From) {
    return failStage(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('confirm-cancel'))
  confirmCancel(data: CancelConfirmation, { headers }: From) {
    return confirmCancel(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Consume({ durable: 'job-coordinator', subject: JOB_ENDED, ackWaitMs: 5000, maxDeliver: -1, concurrency: 64 })
  async ended(data: EndedJob, { headers }: BrokerContext<Delivery>) {
    await endSync(this.coordinator, { ...contextOf(data.tenant, headers), actor: 'coordinator' }, data);
    recordEnding(data.ending);
  }
}
