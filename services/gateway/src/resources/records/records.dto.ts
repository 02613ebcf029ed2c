import { Flag, Instant, ListOf, object, Shape, Text, WholeNumber } from '@tidemark/contracts/fields';
import { QueryShape } from '../../edge/openapi/query-shape.js';

@QueryShape()
export class RecordsQuery {
  @Text({ max: 200, optional: true, description: 'Only records of this source object.' })
  readonly object?: string;

  @Instant({ optional: true, description: 'Only those whose stored content changed at this time or later.' })
  readonly modifiedAfter?: string;

  @Flag({ optional: true, description: 'Only deleted ones, or only others. Default: both.' })
  readonly deleted?: boolean;

  @Text({ max: 512, optional: true, description: 'The `nextCursor` or `endCursor` of an earlier page.' })
  readonly cursor?: string;

  @WholeNumber({ min: 1, max: 1000, optional: true, default: 100 })
  readonly perPage?: number;
}

@Shape({
  rules: [
    {
      field: 'records',
      says: 'must be a list of 1 to 1000 records',
      holds: ({ records }: PushRecordsBody) => records.length <= 1000,
    },
  ],
})
export class PushRecordsBody {
  @ListOf(object, {
    min: 1,
    description:
      'At most 1000: `{ object, externalId, data, deleted?, updatedAt? }` each. One that cannot be used is refused in its ' +
      'place in the answer, and holds up no other.',
  })
  readonly records!: readonly object[];
}
