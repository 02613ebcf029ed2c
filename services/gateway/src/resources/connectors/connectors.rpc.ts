import type { Connectors } from './connectors.js';
import { unary, type Rpcs } from '../../edge/grpc/rpc.js';

export const connectorService = (connectors: Connectors): Rpcs => ({
  ListConnectors: unary('read', async () => connectors.list()),
  GetConnector: unary('read', async (_, { name }) => ({ connector: connectors.get(String(name)) })),
});
