import type { Resource } from '../../edge/resource.js';
import { ConnectionsController } from './connections.controller.js';
import { connectionRpcs } from './connections.rpc.js';
import { Connections } from './connections.js';

export const connections: Resource = {
  providers: [Connections],
  controllers: [ConnectionsController],
  rpcs: [connectionRpcs],
};
