import type { Resource } from '../../edge/resource.js';
import { ConnectorsController } from './connectors.controller.js';
import { Connectors } from './connectors.js';
import { connectorRpcs } from './connectors.rpc.js';

export const connectors: Resource = {
  providers: [Connectors],
  controllers: [ConnectorsController],
  rpcs: [connectorRpcs],
};
