import { daemonOf } from '@tidemark/foundation';
import { defineService } from '@tidemark/platform';
import { createHttpClient } from '@tidemark/resilience';
import { openVault } from '@tidemark/vault';
import { Authenticator } from './edge/auth/authenticator.js';
import { KeyOfSettings } from './edge/auth/key-of-settings.js';
import { revocations } from './edge/auth/revocations.js';
import type { EdgeDaemon } from './edge/edge-daemon.js';
import { grpcEdge } from './edge/grpc/grpc-edge.js';
import { createHttp } from './edge/http/create-http.js';
import { httpEdge } from './edge/http/http-edge.js';
import { OpenVault } from './edge/open-vault.js';
import { PublicUrl } from './edge/public-url.js';
import { EdgeLimits } from './edge/limits/edge-limits.js';
import { GatewayModule, resources } from './gateway.module.js';
import { Ingest } from './resources/records/ingest.js';
import { ingestedRecords } from './resources/records/ingested.js';
import { keysProjection } from './resources/keys/keys.projection.js';

/** The edge: HTTP and gRPC for callers, messages and views behind it. */
export const gateway = defineService({
  name: 'gateway',
  ports: ['eventStore', 'broker', 'readModel', 'blobs', 'records', 'vault'],
  settings: [
    'host',
    'httpPort',
    'publicUrl',
    'grpcPort',
    'apiKey',
    'rateLimit',
    'maxConnections',
    'trustedProxies',
    'secretKey',
    'fetchAllow',
  ],
  projections: [keysProjection],
  hasHttp: true,
  async build({ adapters, settings, logger, clock, projector, onError, conditions }) {
    const { host, httpPort, grpcPort, apiKey, rateLimit, drainTimeoutMs: drainMs } = settings;
    const limits = new EdgeLimits(settings);
    const http = createHttpClient({ side: 'source', allow: settings.fetchAllow });
    const vault = new OpenVault(await openVault(adapters.vault, settings.secretKey, http));
    const publicUrl = new PublicUrl(() => settings.publicUrl ?? `http://${httpServer.address}`);
    const module = GatewayModule.forRoot({
      adapters,
      projector,
      rateLimit,
      limits,
      logger,
      conditions,
      vault,
      publicUrl,
    });
    const app = await createHttp(module, logger, limits);
    const rpcs = resources.flatMap((resource) => resource.rpcs ?? []);
    const httpServer: EdgeDaemon = httpEdge(app, { host, port: httpPort, drainMs });
    const grpc = grpcEdge(app, rpcs, { host, port: grpcPort, drainMs, logger });
    return {
      consumers: [ingestedRecords(app.get(Ingest))],
      daemons: [
        daemonOf(() => ({ stop: () => http.close() })),
        revocations(adapters.eventStore, app.get(Authenticator), onError),
        ...(apiKey ? [new KeyOfSettings(adapters.eventStore, apiKey, { logger, clock, onError })] : []),
      ],
      edges: [httpServer, grpc],
      exposes: new Addresses(httpServer, grpc),
    };
  },
});

/** Where a started gateway listens. */
export class Addresses {
  constructor(
    private readonly http: { readonly address: string },
    private readonly grpc: { readonly address: string },
  ) {}

  /** `http://host:port` */
  get httpUrl(): string {
    return `http://${this.http.address}`;
  }

  /** `host:port` */
  get grpcAddress(): string {
    return this.grpc.address;
  }
}
