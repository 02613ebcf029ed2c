import { Anything, Instant, ListOf, Nested, OneOf, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';

export const severities = ['breaking', 'risky', 'safe', 'info'] as const;
export type Severity = (typeof severities)[number];

/** How many changes there are of each severity. */
@Shape()
export class BySeverity {
  @WholeNumber() readonly breaking!: number;
  @WholeNumber() readonly risky!: number;
  @WholeNumber() readonly safe!: number;
  @WholeNumber() readonly info!: number;
}

export const tally = (changes: readonly { readonly severity: Severity }[]): BySeverity => {
  const counts = { breaking: 0, risky: 0, safe: 0, info: 0 };
  for (const { severity } of changes) counts[severity]++;
  return counts;
};

/** JSON pointers into the two documents. */
@Shape()
export class ChangePointer {
  @Text({ optional: true, example: '/paths/~1invoices/get' })
  readonly before?: string;

  @Text({ optional: true })
  readonly after?: string;
}

/** The fields common to every form of a classified difference between two snapshots. */
class Difference {
  @Text({ description: 'Same for the same difference between the same documents.' })
  readonly changeId!: string;

  @Text({ example: 'response-property-removed' })
  readonly rule!: string;

  @OneOf(severities)
  readonly severity!: Severity;

  @Text({ nullable: true, example: 'GET /invoices/{id}', description: 'When it is just one.' })
  readonly operation!: string | null;

  @Nested(() => ChangePointer, { description: 'JSON pointers into the two documents.' })
  readonly pointer!: ChangePointer;

  @Anything({ description: 'Any JSON value.' })
  readonly before!: unknown;

  @Anything({ description: 'Any JSON value.' })
  readonly after!: unknown;

  @Text({ description: 'One sentence.' })
  readonly message!: string;

  @WholeNumber({ description: "Position in the comparison's order, from 0." })
  readonly order!: number;
}

const operations = {
  example: ['GET /invoices/{id}'],
  description: 'All operations that the change reaches: one root cause may break many.',
} as const;

/** A change as found by a comparison. */
@Shape()
export class FoundChange extends Difference {
  @ListOf(text(), operations)
  readonly operations!: readonly string[];
}

/** The rule of the ignore list that expects a change. */
@Shape()
export class IgnoredBy {
  @Text({ description: 'Of the ignore rule.' })
  readonly id!: string;

  @Text()
  readonly reason!: string;
}

/** A change in a list: how many operations it reaches, and whether today's ignore list expects it. */
@Shape()
export class ChangeSummary extends Difference {
  @WholeNumber({ description: 'How many operations the change reaches.' })
  readonly operationCount!: number;

  @Nested(() => IgnoredBy, { nullable: true, description: 'The rule of the ignore list that expects it.' })
  readonly ignored!: IgnoredBy | null;
}

/** A recorded change in a list. */
@Shape()
export class RecordedChange extends ChangeSummary {
  @Text() readonly id!: string;
  @Text() readonly connectionId!: string;
  @Text() readonly jobId!: string;
  @Text() readonly snapshotId!: string;
  @Text() readonly previousSnapshotId!: string;
  @Instant() readonly detectedAt!: string;
}

/** A recorded change with all the operations that it reaches. */
@Shape()
export class Change extends RecordedChange {
  @ListOf(text(), operations)
  readonly operations!: readonly string[];
}
