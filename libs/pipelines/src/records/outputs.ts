import type { JobParameters } from '@tidemark/contracts';

/** The output of each stage of the pipeline `records`. */
export interface RecordsOutputs {
  readonly query: object;
  readonly detect: object;
  readonly write: object;
  readonly finalize: object;
}

export type RecordsParameters = Pick<JobParameters, 'dryRun' | 'rows'>;
