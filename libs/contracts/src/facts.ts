import { Nested, Shape, Text } from './fields/decorators.js';
import { BySeverity } from './shapes/changes.js';

/** Summary of a dependency's recorded changes, without the ignored ones. */
@Shape()
export class DetectedChanges {
  @Text() readonly snapshotId!: string;
  @Text() readonly previousSnapshotId!: string;
  @Nested(() => BySeverity) readonly bySeverity!: BySeverity;
}

/**
 * Facts that a pipeline's stages may report besides checkpoints. Each becomes an event of the job, with the
 * job's tenant, connection and id.
 */
export interface Facts {
  readonly ChangesDetected: DetectedChanges;
}

export type FactType = keyof Facts;

/** A fact as a stage reports it. */
export type FactOf<T extends FactType = FactType> = { [F in T]: { readonly type: F; readonly data: Facts[F] } }[T];

export const factTypes = ['ChangesDetected'] as const satisfies readonly FactType[];

export const isFactType = (type: string): type is FactType => (factTypes as readonly string[]).includes(type);
