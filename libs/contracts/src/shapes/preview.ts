import { Id, JsonObject, ListOf, Nested, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { DestinationSettings, Source } from './connection.js';
import { FieldProblem } from './error.js';

/** Rows of a preview. */
export const PREVIEW_ROWS = 10;

/** Why a record does not become a row. */
@Shape()
export class RowProblem {
  @Text({ description: 'Upper snake case.', example: 'REQUIRED_FIELD_MISSING' })
  readonly code!: string;

  @Text()
  readonly message!: string;

  @Text({ optional: true, description: 'The field of the row.' })
  readonly field?: string;
}

/** A record as a destination would get it. */
@Shape()
export class PreviewRow {
  @Text({ description: 'The source object.', example: 'issues' })
  readonly object!: string;

  @Text({ optional: true, description: 'Absent without destinations: the record is kept as it is.' })
  readonly destination?: string;

  @Text({ optional: true, description: 'Absent when the mapping masks it, or the record has none.' })
  readonly externalId?: string;

  @JsonObject({ optional: true, description: 'Mapped and masked. Absent when it is large.' })
  readonly row?: { readonly [field: string]: unknown };

  @Nested(() => RowProblem, { optional: true, description: 'The row would not be written.' })
  readonly problem?: RowProblem;
}

/** What a connection would do with the first records of its source. Nothing was written. */
@Shape()
export class Preview {
  @ListOf(() => FieldProblem, {
    description: 'What is wrong with source, destinations or credentials; empty: nothing.',
  })
  readonly problems!: readonly FieldProblem[];

  @ListOf(() => PreviewRow)
  readonly rows!: readonly PreviewRow[];
}

/** A source and destinations to try. */
@Shape()
export class TestConnection {
  @Id()
  readonly tenant!: string;

  @Id({ optional: true, description: 'Whose key masks values. Absent: one of this request alone.' })
  readonly connectionId?: string;

  @Nested(() => Source)
  readonly source!: Source;

  @ListOf(() => DestinationSettings, { optional: true })
  readonly destinations?: readonly DestinationSettings[];

  @Text({ max: 200, optional: true, description: 'The object to read. Default: the first of the source.' })
  readonly object?: string;

  @WholeNumber({ min: 0, max: PREVIEW_ROWS, optional: true, default: PREVIEW_ROWS, description: 'Records to read.' })
  readonly limit?: number;
}
