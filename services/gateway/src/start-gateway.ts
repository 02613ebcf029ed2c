import type { AddressInfo } from 'node:net';
import { serveOperations, type Adapters, type Logger, type Service } from '@tidemark/platform';
import type { Projector } from '@tidemark/read-model';
import { createHttp } from './http/create-http.js';
import { keepEnsuring } from './keys/first-keys.js';
import { keysProjection } from './keys/keys.projection.js';
import type { GatewaySettings } from './settings.js';
import { PROJECTOR } from './tokens.js';

/** A gateway that listens. */
export interface Gateway extends Service {
  /** `http://host:port` */
  readonly httpUrl: string;
}

/**
 * Starts the edge. Any number may run side by side. The adapters stay the caller's: `stop` does not close them.
 * @throws Error of code EADDRINUSE when a port is taken · TidemarkError CONFLICT when the key of the settings was revoked
 */
export async function startGateway(adapters: Adapters, settings: GatewaySettings, logger: Logger): Promise<Gateway> {
  const { host, httpPort, apiKey } = settings;
  const stopEnsuring = apiKey ? await keepEnsuring(adapters.eventStore, apiKey, logger) : () => undefined;
  const app = await createHttp({ adapters, settings, logger });
  const projector = app.get<Projector>(PROJECTOR);
  await app.listen(httpPort, host);
  projector.start();
  const operations = await serveOperations('gateway', adapters, { projector, projections: [keysProjection] });
  return {
    httpUrl: urlOf(app.getHttpServer().address() as AddressInfo),
    async stop() {
      stopEnsuring();
      await operations.stop();
      await app.close();
      await projector.stop();
    },
  };
}

const urlOf = ({ address, port, family }: AddressInfo) =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
