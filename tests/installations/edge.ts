import { Secret, type PortUrls } from '@tidemark/config';
import { startConnectorRunner } from '@tidemark/connector-runner';
import { startDiffer } from '@tidemark/differ';
import { startGateway, type Gateway, type GatewaySettings } from '@tidemark/gateway';
import { startJobCoordinator } from '@tidemark/job-coordinator';
import { allPorts, createLogger, openAdapters, type Adapters, type Service } from '@tidemark/platform';
import { temporaryFolder } from '@tidemark/test-kit';
import { Publisher } from '../publishers/publisher.js';
import { Client } from './client.js';
import { embedded } from './urls.js';

/** The key that every test installation has, with all scopes. */
export const ADMIN = 'tmk_test-installation-key';

const anyPort = { host: '127.0.0.1', httpPort: 0, grpcPort: 0 };
const logger = createLogger('test', 'silent');

export interface EdgeOptions {
  readonly settings?: Partial<GatewaySettings>;
  /** What the gateway gets in place of the adapters that the other services have. */
  readonly replace?: (adapters: Adapters) => Adapters;
  /** Default: embedded adapters in a folder of its own. */
  readonly on?: { readonly urls: PortUrls; readonly namespace: string };
}

/** A gateway with the services behind it, all in this process, and a client of it. */
export class Edge extends Client {
  #coordinator: Service | undefined;
  #runners: Service[] = [];
  readonly #release: () => Promise<void>;

  private constructor(
    readonly adapters: Adapters,
    readonly gateway: Gateway,
    release: () => Promise<void>,
  ) {
    super(gateway.httpUrl, ADMIN);
    this.#release = release;
  }

  static async start({ settings, replace = (adapters) => adapters, on }: EdgeOptions = {}): Promise<Edge> {
    const folder = await temporaryFolder();
    const adapters = await openAdapters(allPorts, on ?? { urls: embedded(folder.path), namespace: 'tidemark' });
    const release = async () => {
      await adapters.close();
      await folder.remove();
    };
    const given = { ...anyPort, apiKey: new Secret(ADMIN), rateLimit: 0, ...settings };
    try {
      const gateway = await startGateway(replace(adapters), given, logger);
      const edge = new Edge(adapters, gateway, release);
      await edge.startCoordinator();
      return edge;
    } catch (error) {
      await release();
      throw error;
    }
  }

  async startCoordinator(): Promise<void> {
    const settings = { claimTimeoutMs: 60_000, tenantMaxRunning: 5 };
    this.#coordinator = await startJobCoordinator(this.adapters, settings, logger);
  }

  async stopCoordinator(): Promise<void> {
    await this.#coordinator?.stop();
    this.#coordinator = undefined;
  }

  /** Those who do the work; without them jobs wait. */
  async startRunners(): Promise<void> {
    const limits = { fetchMaxBytes: 1024 * 1024, runnerConcurrency: 4, claimTimeoutMs: 60_000 };
    const settings = { fetchAllow: Publisher.allow, ...limits };
    this.#runners = [
      await startConnectorRunner(this.adapters, settings, logger),
      await startDiffer(this.adapters, settings, logger),
    ];
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await Promise.all(this.#runners.map((runner) => runner.stop()));
    await this.stopCoordinator();
    await this.#release();
  }
}
