import type { INestApplicationContext } from '@nestjs/common';
import { Conditions } from '@tidemark/foundation';
import type { Logger } from '@tidemark/platform';
import { Authenticator } from '../auth/authenticator.js';
import { EdgeLimits } from '../limits/edge-limits.js';
import { GrpcServer } from './grpc-server.js';
import type { RpcGroup, Rpcs } from './rpc.js';

/** The gRPC server, ready to listen, on the same commands and queries as HTTP. */
export function createGrpc(app: INestApplicationContext, groups: readonly RpcGroup[], logger: Logger): GrpcServer {
  const services: { [service: string]: Rpcs } = {};
  for (const { service, methods } of groups) services[service] = { ...services[service], ...methods(app) };
  return new GrpcServer({
    authenticator: app.get(Authenticator),
    conditions: app.get(Conditions),
    limits: app.get(EdgeLimits),
    logger,
    services,
  });
}
