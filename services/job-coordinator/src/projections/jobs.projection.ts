import { views, type JobDocument, type JobEvent } from '@tidemark/contracts';
import type { Projection } from '@tidemark/read-model';
import { absentJob, evolveJob, isEnded, type ExistingJob } from '../job/job.js';
import { describeJob } from '../job/job.view.js';

/** A job in the run history; while it lives, with the state from which the coordinator goes on after a restart. */
export interface StoredJob extends JobDocument {
  readonly fold: ExistingJob | null;
}

/** Run history: one document a job. */
export const jobsProjection: Projection<StoredJob> = {
  ...views.jobs,
  categories: ['job'],
  keys: ({ stream }) => [stream.slice('job-'.length)],
  evolve(document, { type, data }) {
    const job = evolveJob(document?.fold ?? absentJob, { type, data } as JobEvent);
    if (job.status === 'absent') return document;
    return { ...describeJob(job), tenant: job.tenant, fold: isEnded(job) ? null : job };
  },
};
