import type { Stage } from '@tidemark/pipelines';
import type { CopyPipeline } from './pipeline.js';

/** Reports a fact: it becomes an event of the job. */
export const announceStage: Stage<CopyPipeline, 'announce'> = async ({ job, counts }) => ({
  output: {},
  facts: [
    {
      type: 'ChangesDetected',
      data: {
        snapshotId: job.id,
        previousSnapshotId: job.connectionId,
        bySeverity: { breaking: 0, risky: 0, safe: 0, info: counts.created },
      },
    },
  ],
});
