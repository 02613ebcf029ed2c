import type { INestApplicationContext } from '@nestjs/common';
import { daemonOf } from '@tidemark/foundation';
import type { Logger } from '@tidemark/platform';
import { addressOf, type EdgeDaemon, type EdgeOptions } from '../edge-daemon.js';
import { createGrpc } from './create-grpc.js';
import type { RpcGroup } from './rpc.js';

/** The gRPC edge: listens, and when it is stopped, cuts off calls that do not end in time. */
export const grpcEdge = (
  app: INestApplicationContext,
  groups: readonly RpcGroup[],
  { host, port, drainMs, logger }: EdgeOptions & { readonly logger: Logger },
): EdgeDaemon => {
  let address = '';
  const daemon = daemonOf(async () => {
    const server = createGrpc(app, groups, logger);
    address = addressOf(host, await server.listen(host, port));
    return { stop: () => server.stop(drainMs) };
  });
  return {
    ...daemon,
    get address() {
      return address;
    },
  };
};
