import { Controller, Inject } from '@nestjs/common';
import { contextOf, type EndedJob } from '@tidemark/contracts';
import type { Delivery } from '@tidemark/messaging';
import { Consume, type BrokerContext } from '@tidemark/messaging/nest';
import { endSync } from '../commands/end-sync.js';
import type { Coordinator } from '../coordinator.js';
import { recordEnding } from '../metrics.js';
import { COORDINATOR } from '../tokens.js';
import { JOB_ENDED } from './outbox.js';

/** What follows from the end of a job. */
@Controller()
export class WorkController {
  constructor(@Inject(COORDINATOR) private readonly coordinator: Coordinator) {}

  @Consume({ durable: 'job-coordinator', subject: JOB_ENDED, ackWaitMs: 5000, maxDeliver: -1, concurrency: 64 })
  async ended(data: EndedJob, { headers }: BrokerContext<Delivery>) {
    await endSync(this.coordinator, { ...contextOf(data.tenant, headers), actor: 'coordinator' }, data);
    recordEnding(data.ending);
  }
}
