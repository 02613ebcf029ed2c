import { severities, type Severity } from '@tidemark/foundation';
import { Instant, ListOf, Nested, OneOf, Shape, Text, WholeNumber } from '../fields/decorators.js';

const portStates = ['up', 'down', 'unused'] as const;
type PortState = (typeof portStates)[number];

/** Something that is wrong in a process, without the details that only operators see. */
@Shape()
export class ConditionView {
  @Text({ example: 'view jobs' })
  readonly subject!: string;

  @OneOf(severities, { description: '`degraded`: it serves, but not everything; `unready`: it cannot serve.' })
  readonly severity!: Severity;

  @Instant()
  readonly since!: string;
}

/** Something that is wrong in a process, as its operators see it. */
@Shape()
export class ConditionDetail extends ConditionView {
  @Text({ description: 'What is wrong, and what to do.' })
  readonly detail!: string;
}

/** Whether a service's dependencies respond, and what is wrong in the process. */
@Shape()
export class Health {
  @OneOf(portStates) readonly broker!: PortState;
  @OneOf(portStates) readonly eventStore!: PortState;
  @OneOf(portStates) readonly readModel!: PortState;
  @OneOf(portStates) readonly blobs!: PortState;
  @ListOf(() => ConditionDetail, { optional: true }) readonly conditions?: readonly ConditionDetail[];
}

/** A comparison of a view's documents with their events. */
@Shape()
export class ProjectionCheck {
  @Instant()
  readonly startedAt!: string;

  @Instant({ nullable: true, description: 'Null while it runs.' })
  readonly endedAt!: string | null;

  @WholeNumber({ nullable: true, description: 'Documents compared.' })
  readonly documents!: number | null;

  @WholeNumber({ nullable: true, description: 'Documents that differed from their events and were written again.' })
  readonly repaired!: number | null;
}

export const projectionStates = ['live', 'rebuilding', 'unavailable'] as const;

/** The state of a view, as its owner reports it. */
@Shape()
export class ProjectionStatus {
  @Text({ example: 'jobs' })
  readonly name!: string;

  @WholeNumber()
  readonly version!: number;

  @WholeNumber({ min: -1, description: 'The log position up to which the view is true; -1 when there is none.' })
  readonly position!: number;

  @OneOf(projectionStates)
  readonly state!: (typeof projectionStates)[number];

  @Nested(() => ProjectionCheck, { optional: true, description: 'The last one that was requested.' })
  readonly lastCheck?: ProjectionCheck;
}

@Shape()
export class CheckProjection {
  @Text({ min: 1 })
  readonly name!: string;
}

@Shape()
export class RebuildProjection {
  @Text({ min: 1 })
  readonly name!: string;
}

/** No data: a request that needs none, or a reply that only confirms. */
@Shape()
export class Nothing {}
