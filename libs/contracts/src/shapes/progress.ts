import { Nested, OneOf, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { partial } from '../fields/derive.js';

@Shape({ description: 'How objects fared.' })
export class Counts {
  @WholeNumber() readonly total!: number;
  @WholeNumber() readonly processed!: number;
  @WholeNumber() readonly failed!: number;
  @WholeNumber() readonly created!: number;
  @WholeNumber() readonly updated!: number;
  @WholeNumber() readonly deleted!: number;
  @WholeNumber() readonly skipped!: number;
}

export const noCounts: Counts = {
  total: 0,
  processed: 0,
  failed: 0,
  created: 0,
  updated: 0,
  deleted: 0,
  skipped: 0,
};

/** What went wrong, for people and programs. Never secrets. */
@Shape()
export class Failure {
  /** Upper snake case. */
  @Text({ example: 'SOURCE_UNREACHABLE' })
  readonly code!: string;

  @Text()
  readonly message!: string;
}

/** Absolute numbers of a job; only those that are known. */
@Shape()
export class SomeCounts extends partial(Counts) {}

/** Absolute numbers of one destination of a job. */
@Shape()
export class SinkResult {
  @WholeNumber()
  readonly written!: number;

  @WholeNumber()
  readonly failed!: number;

  @Nested(() => Failure, {
    optional: true,
    description: 'Set when the destination as a whole refused the write.',
  })
  readonly error?: Failure;
}

export const objectStates = ['running', 'completed', 'failed'] as const;
export const objectStarts = ['cursor', 'since', 'beginning', 'window', 'pushed'] as const;

/** How an object of a job, or a slice of one, fared. */
@Shape()
export class ObjectProgress {
  @OneOf(objectStates)
  readonly state!: (typeof objectStates)[number];

  @OneOf(objectStarts, { description: 'Where its reading began.' })
  readonly from!: (typeof objectStarts)[number];

  @Text({ description: 'Why it began there.' })
  readonly reason!: string;

  @WholeNumber({ description: 'Objects read and written, unusable ones included.' })
  readonly read!: number;

  @WholeNumber({ optional: true, description: 'Records of the last page.' })
  readonly pageSize?: number;

  @Nested(() => Failure, { optional: true, description: 'Why it failed.' })
  readonly error?: Failure;
}
