import { jobStream, originOf, views, type JobDocument, type JobEvent, type Origin } from '@tidemark/contracts';
import type { Projection } from '@tidemark/read-model';
import { absentJob, evolveJob, isEnded, type ExistingJob } from '../job/job.js';
import { describeJob } from '../job/job.view.js';

/** A job in the run history; until it ends, with the state from which the coordinator resumes after a restart. */
export interface StoredJob extends JobDocument {
  readonly fold: (ExistingJob & { readonly origin?: Origin }) | null;
}

/** Run history: one document per job. */
export const jobsProjection: Projection<StoredJob, JobEvent> = {
  ...views.jobs,
  streams: [jobStream],
  keys: ({ stream }) => [jobStream.idOf(stream)],
  evolve(document, event) {
    const job = evolveJob(document?.fold ?? absentJob, event);
    if (job.status === 'absent') return document;
    const origin = document?.fold ? document.fold.origin : originOf(event.metadata);
    const fold = isEnded(job) ? null : { ...job, ...(origin && { origin }) };
    return { ...describeJob(job), tenant: job.tenant, fold };
  },
};
