import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { Connectors } from './connectors.js';

export const connectorRpcs = rpcs('tidemark.v1.ConnectorService', Connectors, (connectors) => ({
  ListConnectors: unary('read', async () => connectors.list()),
  GetConnector: unary('read', async (_, { name }) => ({ connector: connectors.get(String(name)) })),
}));
