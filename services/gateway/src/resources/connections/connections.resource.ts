import type { Resource } from '../../edge/resource.js';
import { ConnectionsController } from './connections.controller.js';
import { Connections } from './connections.js';
import { connectionRpcs } from './connections.rpc.js';

export const connections: Resource = {
  providers: [Connections],
  controllers: [ConnectionsController],
  rpcs: [connectionRpcs],
};
