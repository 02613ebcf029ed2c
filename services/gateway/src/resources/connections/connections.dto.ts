import { Connection, connectionStates, CreateConnection, ResetConnection, UpdateConnection } from '@tidemark/contracts';
import { omit, pick, Shape, SomeOf } from '@tidemark/contracts/fields';
import { QueryShape } from '../../edge/openapi/query-shape.js';
import { PageQuery, ViewPageShape } from '../../edge/paging.js';

@Shape()
export class CreateConnectionBody extends omit(CreateConnection, 'tenant', 'idempotencyKey') {}

@Shape()
export class UpdateConnectionBody extends omit(UpdateConnection, 'tenant', 'connectionId') {}

@Shape()
export class ResetConnectionBody extends pick(ResetConnection, 'objects') {}

@QueryShape()
export class ConnectionsQuery extends PageQuery {
  @SomeOf(connectionStates, { optional: true, description: 'Any of these.' })
  readonly state?: readonly (typeof connectionStates)[number][];
}

@Shape()
export class ConnectionPage extends ViewPageShape(Connection) {}
