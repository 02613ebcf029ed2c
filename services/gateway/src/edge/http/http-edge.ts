import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { daemonOf } from '@tidemark/foundation';
import { addressOf, type EdgeDaemon, type EdgeOptions } from '../edge-daemon.js';

/** The HTTP edge: listens, and when it is stopped, cuts off requests that do not end in time. */
export const httpEdge = (app: NestFastifyApplication, { host, port, drainMs }: EdgeOptions): EdgeDaemon => {
  let address = '';
  const daemon = daemonOf(async () => {
    const server = app.getHttpServer();
    await app.listen(port, host);
    address = addressOf(host, (server.address() as AddressInfo).port);
    return {
      stop: async () => {
        const cut = setTimeout(() => server.closeAllConnections(), drainMs);
        await app.close();
        clearTimeout(cut);
      },
    };
  });
  return {
    ...daemon,
    get address() {
      return address;
    },
  };
};
