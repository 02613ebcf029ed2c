import type { Resource } from '../../edge/resource.js';
import { JobWakeups } from './job-wakeups.js';
import { JobsController } from './jobs.controller.js';
import { Jobs } from './jobs.js';
import { jobRpcs } from './jobs.rpc.js';

export const jobs: Resource = { providers: [Jobs, JobWakeups], controllers: [JobsController], rpcs: [jobRpcs] };
