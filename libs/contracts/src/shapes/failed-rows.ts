import { Anything, Flag, Instant, JsonObject, Nested, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { Job } from './job.js';

/** Corrected values of a row; they hold until it changes in the source. */
@Shape()
export class RowCorrection {
  @JsonObject({ description: "Written in place of the row's own values." })
  readonly set!: object;

  @Text({ example: 'key:019a9c3e' })
  readonly by!: string;

  @Instant()
  readonly at!: string;
}

/** A row that is not in its destination although it should be. Times are ISO 8601 in UTC. */
@Shape()
export class FailedRowView {
  @Text({ description: 'Unique within the connection.', example: 'q3Vt0yWk2mJ8bZr1cXe7aA' })
  readonly id!: string;

  @Anything({ description: "The source's id, or the values of several key columns.", example: '4711' })
  readonly key!: unknown;

  @Text({ description: 'The source object.', example: 'customers' })
  readonly object!: string;

  @Text()
  readonly destination!: string;

  @Text({ description: 'Of the last error. Upper snake case.' })
  readonly code!: string;

  @Text()
  readonly message!: string;

  @Text({ description: 'The message, with … in place of numbers, ids and quoted values.' })
  readonly pattern!: string;

  @Text({ optional: true })
  readonly field?: string;

  @JsonObject({ description: 'The row as it was to be written.' })
  readonly data!: object;

  @Flag({ optional: true, description: 'It was to be deleted.' })
  readonly isDeletion?: boolean;

  @Instant({ description: 'When it failed first.' })
  readonly since!: string;

  @WholeNumber({ description: 'Jobs that have tried to write it.' })
  readonly tries!: number;

  @Instant()
  readonly lastTriedAt!: string;

  @Text({ description: 'The last job that tried.' })
  readonly jobId!: string;

  @Nested(() => RowCorrection, { optional: true })
  readonly correction?: RowCorrection;
}

@Shape()
export class FixedRow {
  @Nested(() => FailedRowView)
  readonly row!: FailedRowView;

  @Nested(() => Job, { nullable: true, description: 'The job that writes it; null when none was wanted.' })
  readonly job!: Job | null;
}
