import type { JobParameters, ObjectStart } from '@tidemark/contracts';

/** Where the reading of one object begins, and why. */
export interface ObjectPlan {
  readonly object: string;
  readonly start: ObjectStart;
  /** One sentence. */
  readonly reason: string;
}

/** The output of each stage of the pipeline `integration`. */
export interface IntegrationOutputs {
  readonly prepare: {
    /** ISO 8601, UTC: before anything was read. */
    readonly startedAt: string;
    readonly objects: readonly ObjectPlan[];
  };
  readonly sync: {
    readonly objects: { readonly [object: string]: 'completed' | 'failed' };
  };
  readonly finalize: object;
}

export type IntegrationParameters = Pick<
  JobParameters,
  'objects' | 'limit' | 'window' | 'chunkSize' | 'slices' | 'order'
> & {
  /** Of a webhook: the ids of the pushed records, by object. */
  readonly ids?: { readonly [object: string]: readonly string[] };
};
