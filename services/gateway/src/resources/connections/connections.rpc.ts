import type { CommandContext } from '@tidemark/contracts';
import type { Connections, ConnectionVerb } from './connections.js';
import { ConnectionsQuery, CreateConnectionDto, UpdateConnectionDto } from './connections.dto.js';
import { knownForm } from '../../edge/validation/known-form.js';
import { validated } from '../../edge/validation/validate.js';
import type { Fields } from '../../edge/grpc/codec.js';
import { unary, type Rpcs } from '../../edge/grpc/rpc.js';

export function connectionService(connections: Connections): Rpcs {
  const change = (verb: ConnectionVerb) =>
    unary('write', async (context: CommandContext, { id }: Fields) => ({
      connection: await connections.change(context, knownForm(id), verb),
    }));
  return {
    CreateConnection: unary('write', async (context, request) => ({
      connection: await connections.create(context, validated(CreateConnectionDto, request)),
    })),
    GetConnection: unary('read', async (context, { id }) => ({
      connection: await connections.get(context, knownForm(id)),
    })),
    ListConnections: unary('read', (context, request) =>
      connections.list(context, validated(ConnectionsQuery, request)),
    ),
    UpdateConnection: unary('write', async (context, { id, ...changes }) => ({
      connection: await connections.update(context, knownForm(id), validated(UpdateConnectionDto, changes)),
    })),
    DeleteConnection: unary('write', async (context, { id }) => {
      await connections.remove(context, knownForm(id));
      return {};
    }),
    PauseConnection: change('pause'),
    ResumeConnection: change('resume'),
    DisconnectConnection: change('disconnect'),
    ReconnectConnection: change('reconnect'),
    GetCursor: unary('read', (context, { connectionId }) => connections.cursor(context, knownForm(connectionId))),
  };
}
