import type { JobRef, JobView } from '@tidemark/contracts';
import { findJob } from '../actions/find-job.js';
import { viewOf } from '../actions/view-of.js';
import type { Coordinator } from '../coordinator.js';

/** The job, folded from its stream: a caller reads its own writes. @throws TidemarkError NOT_FOUND */
export const getJob = async (coordinator: Coordinator, ref: JobRef): Promise<JobView> =>
  viewOf(coordinator, await findJob(coordinator, ref));
