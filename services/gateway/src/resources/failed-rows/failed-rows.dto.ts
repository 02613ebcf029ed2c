import { FailedRowSelection, FailedRowView } from '@tidemark/contracts';
import { Flag, JsonObject, ListOf, merge, omit, pick, Shape, Text, text } from '@tidemark/contracts/fields';
import { QueryShape } from '../../edge/openapi/query-shape.js';
import { PageQuery, PageShape } from '../../edge/paging.js';

const KEY = "Id of the row, or its key: the source's id; JSON where it is not one text.";

@QueryShape()
export class FailedRowsQuery extends merge(omit(FailedRowSelection, 'ids'), PageQuery) {
  @Text({ optional: true, description: 'Only the row with this key.' })
  readonly key?: string;
}

/** Distinguishes rows with the same key. */
@QueryShape()
export class FailedRowQuery extends pick(FailedRowSelection, 'object', 'destination') {}

@Shape({
  rules: [
    {
      field: 'keys',
      says: 'must be at most 200: select more by code, pattern, field, object or destination',
      holds: ({ keys = [] }: RetryFailedRowsBody) => keys.length <= 200,
    },
  ],
})
export class RetryFailedRowsBody extends omit(FailedRowSelection, 'ids') {
  @ListOf(text(), { min: 1, optional: true, description: `Only these. ${KEY}` })
  readonly keys?: readonly string[];
}

@Shape()
export class FixFailedRowBody {
  @JsonObject({ description: 'Fields of the row and their corrected values.' })
  readonly set!: object;

  @Flag({ optional: true, default: true, description: 'False: the next job or retry writes it.' })
  readonly retry?: boolean;
}

@Shape()
export class FailedRowPageView extends PageShape(FailedRowView) {}
