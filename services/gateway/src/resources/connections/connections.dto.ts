import {
  Connection,
  connectionStates,
  CreateConnection,
  ResetConnection,
  TestConnection,
  UpdateConnection,
} from '@tidemark/contracts';
import { Flag, omit, pick, Shape, SomeOf } from '@tidemark/contracts/fields';
import { QueryShape } from '../../edge/openapi/query-shape.js';
import { PageQuery, ViewPageShape } from '../../edge/paging.js';

@Shape()
export class CreateConnectionBody extends omit(CreateConnection, 'tenant', 'idempotencyKey') {
  @Flag({
    optional: true,
    default: true,
    description:
      'Open and check source and destinations first, and create nothing when one of them cannot be used. Connections ' +
      'without destinations in the pipeline `dependency` are checked by their first job.',
  })
  readonly check?: boolean;
}

@Shape()
export class TestConnectionBody extends omit(TestConnection, 'tenant', 'connectionId') {}

@Shape()
export class PreviewBody extends pick(TestConnection, 'object', 'limit') {}

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
