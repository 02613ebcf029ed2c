import { Anything, ListOf, Shape, Text, WholeNumber } from '../fields/decorators.js';

/** An object that could not be read or written. */
@Shape()
export class RowError {
  @Text({ description: 'The source object.', example: 'issues' })
  readonly objectType!: string;

  @Text({ description: 'Upper snake case.', example: 'OBJECT_MISSING_ID' })
  readonly code!: string;

  @Text()
  readonly message!: string;

  @Text({ optional: true, description: 'Absent when the object has none.' })
  readonly externalId?: string;

  @Text({ optional: true, description: 'The destination that refused it; absent when it could not be read.' })
  readonly destination?: string;

  @Text({ optional: true })
  readonly field?: string;

  @Anything({ optional: true, description: 'The object as received, when it is not large.' })
  readonly data?: unknown;
}

/** Errors of one kind. */
@Shape()
export class RowErrorGroup {
  @Text()
  readonly code!: string;

  @Text({ description: 'The message, with … in place of numbers, ids and quoted values.' })
  readonly pattern!: string;

  @WholeNumber()
  readonly count!: number;
}

@Shape()
export class RowErrorGroups {
  @ListOf(() => RowErrorGroup, { description: 'The most frequent first; at most 100.' })
  readonly groups!: readonly RowErrorGroup[];
}
