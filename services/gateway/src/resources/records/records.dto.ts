import { Flag, Instant, Text, WholeNumber } from '@tidemark/contracts/fields';
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
