import { Controller, Inject } from '@nestjs/common';
import {
  command,
  contextOf,
  type CancelJob,
  type CreateJob,
  type ExplainJobs,
  type GetJobEvents,
  type GetJobState,
  type GetTimeline,
  type JobRef,
} from '@tidemark/contracts';
import type { Request } from '@tidemark/messaging';
import { Serve, type BrokerContext } from '@tidemark/messaging/nest';
import { cancelJob } from '../commands/cancel-job.js';
import { createJob } from '../commands/create-job.js';
import { explainJobs, getJob } from '../commands/get-job.js';
import { getJobEvents, getJobState, getTimeline } from '../commands/job-history.js';
import { retryJob } from '../commands/retry-job.js';
import type { Coordinator } from '../coordinator.js';
import { COORDINATOR } from '../tokens.js';
import { CreateJobInput, valid } from './inputs.js';

const subject = (verb: string) => command('job-coordinator', verb);
type From = BrokerContext<Request>;

/** What callers ask about jobs. */
@Controller()
export class JobsController {
  constructor(@Inject(COORDINATOR) private readonly coordinator: Coordinator) {}

  @Serve(subject('create'))
  async create(data: CreateJob, { headers }: From) {
    const input = await valid(CreateJobInput, data);
    return createJob(this.coordinator, contextOf(input.tenant, headers), input);
  }

  @Serve(subject('cancel-job'))
  cancel(data: CancelJob, { headers }: From) {
    return cancelJob(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('retry-job'))
  retry(data: JobRef, { headers }: From) {
    return retryJob(this.coordinator, contextOf(data.tenant, headers), data);
  }

  @Serve(subject('get-job'))
  get(data: JobRef) {
    return getJob(this.coordinator, data);
  }

  @Serve(subject('job-state'))
  state(data: GetJobState) {
    return getJobState(this.coordinator, data);
  }

  @Serve(subject('job-events'))
  events(data: GetJobEvents) {
    return getJobEvents(this.coordinator, data);
  }

  @Serve(subject('job-timeline'))
  timeline(data: GetTimeline) {
    return getTimeline(this.coordinator, data);
  }

  @Serve(subject('explain-jobs'))
  explain(data: ExplainJobs) {
    return explainJobs(this.coordinator, data);
  }
}
