import type { INestApplicationContext } from '@nestjs/common';
import { daemonOf } from '@tidemark/foundation';
import type { Logger } from '@tidemark/platform';
import { addressOf, type EdgeDaemon, type EdgeOptions } from '../edge-daemon.js';
import { createGrpc } from './create-grpc.js';
import type { RpcGroup } from './rpc.js';

/** The gRPC side: listens, and cuts calls off that have not ended in time when it is stopped. */
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
