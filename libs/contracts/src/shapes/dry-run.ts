import { Anything, JsonObject, ListOf, Nested, Shape, WholeNumber } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';

@Shape()
export class DryRunRow {
  @Anything({ description: 'The value of the key column, or those of several.' })
  readonly key!: unknown;

  @JsonObject({ optional: true, description: 'The row as it would be written, when it is not large.' })
  readonly data?: object;

  @ListOf(text(), { optional: true, description: 'Of an updated row: the columns that differ.' })
  readonly columns?: readonly string[];
}

@Shape()
export class DryRunRows {
  @WholeNumber()
  readonly count!: number;

  @ListOf(() => DryRunRow, { description: 'The first 100.' })
  readonly rows!: readonly DryRunRow[];
}

/** What a job with `dryRun` would have written. */
@Shape()
export class DryRun {
  @Nested(() => DryRunRows)
  readonly created!: DryRunRows;

  @Nested(() => DryRunRows)
  readonly updated!: DryRunRows;

  @Nested(() => DryRunRows)
  readonly deleted!: DryRunRows;
}
