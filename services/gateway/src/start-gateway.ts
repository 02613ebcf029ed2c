import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveOperations, type Adapters, type Logger, type Service } from '@tidemark/platform';
import { Projector } from '@tidemark/read-model';
import { ensureKeyEventually } from './edge/auth/first-keys.js';
import { createGrpc } from './edge/grpc/create-grpc.js';
import { createHttp } from './edge/http/create-http.js';
import type { GatewaySettings } from './edge/settings.js';
import { GatewayModule, resources } from './gateway.module.js';
import { keysProjection } from './resources/keys/keys.projection.js';

/** Requests that have not ended by then are cut off. */
const CUT_AFTER_MS = 1500;

/** A gateway that listens. */
export interface Gateway extends Service {
  /** `http://host:port` */
  readonly httpUrl: string;
  /** `host:port` */
  readonly grpcAddress: string;
}

/**
 * Starts the edge. Any number may run side by side. The adapters stay the caller's: `stop` does not close them.
 * @throws Error of code EADDRINUSE when a port is taken · TidemarkError CONFLICT when the key of the settings was revoked
 */
export async function startGateway(adapters: Adapters, settings: GatewaySettings, logger: Logger): Promise<Gateway> {
  const { host, httpPort, grpcPort, apiKey } = settings;
  const stopEnsuring = apiKey ? await ensureKeyEventually(adapters.eventStore, apiKey, logger) : () => undefined;
  const app = await createHttp(GatewayModule.forRoot({ adapters, settings, logger }), logger);
  const grpc = createGrpc(
    app,
    resources.flatMap(({ rpcs = [] }) => rpcs),
    logger,
  );
  const projector = app.get(Projector);
  const stop = async () => {
    stopEnsuring();
    // Ends the watchers of jobs first, which would keep both servers waiting.
    const cut = setTimeout(() => (app.getHttpServer() as Server).closeAllConnections(), CUT_AFTER_MS);
    await Promise.all([app.close(), grpc.stop()]);
    clearTimeout(cut);
    await projector.stop();
  };
  try {
    await app.listen(httpPort, host);
    const bound = await grpc.listen(host, grpcPort);
    projector.start();
    const operations = await serveOperations('gateway', adapters, { projector, projections: [keysProjection] });
    return {
      httpUrl: `http://${join(host, (app.getHttpServer().address() as AddressInfo).port)}`,
      grpcAddress: join(host, bound),
      stop: async () => {
        await operations.stop();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const join = (host: string, port: number) => `${host.includes(':') ? `[${host}]` : host}:${port}`;
