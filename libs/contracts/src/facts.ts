import type { BySeverity } from './changes.js';

/**
 * What a pipeline's stages may find out and report besides checkpoints. Each becomes an event of the job, with the
 * job's tenant, connection and id.
 */
export interface Facts {
  /** What the recorded changes of a dependency amount to, without the ignored ones. */
  readonly ChangesDetected: {
    readonly snapshotId: string;
    readonly previousSnapshotId: string;
    readonly bySeverity: BySeverity;
  };
}

export type FactType = keyof Facts;

/** A fact as a stage reports it. */
export type FactOf<T extends FactType = FactType> = { [F in T]: { readonly type: F; readonly data: Facts[F] } }[T];

const known = { ChangesDetected: true } as const satisfies Record<FactType, true>;

export const isFactType = (type: string): type is FactType => Object.hasOwn(known, type);
