import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { idempotencyKeyOf } from '../../edge/idempotency-key.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { fromBody, fromQuery } from '../../edge/validation/input.js';
import {
  ConnectionsQuery,
  CreateConnectionBody,
  PreviewBody,
  ResetConnectionBody,
  TestConnectionBody,
  UpdateConnectionBody,
} from './connections.dto.js';
import type { ChangeObject } from '@tidemark/contracts';
import { Connections, type ConnectionVerb } from './connections.js';

export const connectionRpcs = rpcs('tidemark.v1.ConnectionService', Connections, (connections) => {
  const change = (verb: ConnectionVerb) =>
    unary('write', async (context, { id }) => ({ connection: await connections.change(context, parseId(id), verb) }));
  const changeObject = (verb: ChangeObject['change']) =>
    unary('write', async (context, { connectionId, object }) => ({
      object: await connections.changeObject(context, parseId(connectionId), String(object), verb),
    }));
  return {
    CreateConnection: unary('write', async (context, { idempotencyKey, ...request }) => ({
      connection: await connections.create(
        context,
        fromBody(CreateConnectionBody, request),
        idempotencyKeyOf(idempotencyKey),
      ),
    })),
    GetConnection: unary('read', async (context, { id }) => ({
      connection: await connections.get(context, parseId(id)),
    })),
    ListConnections: unary('read', (context, request) =>
      connections.list(context, fromQuery(ConnectionsQuery, request)),
    ),
    UpdateConnection: unary('write', async (context, { id, ...changes }) => ({
      connection: await connections.update(context, parseId(id), fromBody(UpdateConnectionBody, changes)),
    })),
    DeleteConnection: unary('write', async (context, { id }) => {
      await connections.remove(context, parseId(id));
      return {};
    }),
    ResetConnection: unary('write', async (context, { id, ...input }) => ({
      connection: await connections.reset(context, parseId(id), fromBody(ResetConnectionBody, input)),
    })),
    PauseConnection: change('pause'),
    ResumeConnection: change('resume'),
    DisconnectConnection: change('disconnect'),
    ReconnectConnection: change('reconnect'),
    ListObjects: unary('read', (context, { connectionId }) => connections.objects(context, parseId(connectionId))),
    PauseObject: changeObject('pause'),
    ResumeObject: changeObject('resume'),
    ResetObject: changeObject('reset'),
    TestConnection: unary('write', (context, request) =>
      connections.test(context, fromBody(TestConnectionBody, request)),
    ),
    PreviewConnection: unary('write', (context, { id, ...input }) =>
      connections.preview(context, parseId(id), fromBody(PreviewBody, input)),
    ),
    GetCursor: unary('read', (context, { connectionId }) => connections.cursor(context, parseId(connectionId))),
  };
});
