import { FindChanges, ListChanges, RecordedChange } from '@tidemark/contracts';
import { merge, omit, pick, Shape } from '@tidemark/contracts/fields';
import { QueryShape } from '../../edge/openapi/query-shape.js';
import { PageQuery, ViewPageShape } from '../../edge/paging.js';

/** A filter for the changes of a comparison. */
@QueryShape()
export class FoundChangesQuery extends merge(
  PageQuery,
  pick(FindChanges, 'severity', 'rule', 'operation', 'ignored'),
) {}

@QueryShape()
export class ChangesQuery extends merge(
  PageQuery,
  omit(ListChanges, 'tenant', 'connectionId', 'keeper', 'page', 'perPage', 'after'),
) {}

@Shape()
export class ChangePage extends ViewPageShape(RecordedChange) {}
