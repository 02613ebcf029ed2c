import { Secret, standaloneUrls, type PortUrls } from '@tidemark/config';
import { startConnectorRunner } from '@tidemark/connector-runner';
import { startDiffer } from '@tidemark/differ';
import { startGateway, type Gateway, type GatewaySettings } from '@tidemark/gateway';
import { startJobCoordinator } from '@tidemark/job-coordinator';
import { allPorts, createLogger, openAdapters, type Adapters, type Service } from '@tidemark/platform';
import { eventually, temporaryFolder } from '@tidemark/test-kit';
import { callHttp, type Answer, type CallOptions } from './http-client.js';

/** The key that every test installation has, with all scopes. */
export const ADMIN = 'tmk_test-installation-key';

const anyPort = { host: '127.0.0.1', httpPort: 0, grpcPort: 0 };
const logger = createLogger('test', 'silent');

/** A gateway with the services behind it, all in this process. */
export class Edge {
  #coordinator: Service | undefined;
  #runners: Service[] = [];

  private constructor(
    readonly adapters: Adapters,
    readonly gateway: Gateway,
    private readonly release: () => Promise<void>,
  ) {}

  /**
   * On embedded adapters in a folder of its own.
   * @param replace what the gateway gets in place of the adapters that the other services have
   */
  static async start(
    settings: Partial<GatewaySettings> = {},
    replace: (adapters: Adapters) => Adapters = (adapters) => adapters,
  ): Promise<Edge> {
    const folder = await temporaryFolder();
    const none = { eventStore: null, broker: null, readModel: null, blobs: null };
    const urls = standaloneUrls({ dataDir: folder.path, ...none });
    return Edge.on(urls, 'tidemark', settings, replace, () => folder.remove());
  }

  /** On the adapters that the URLs name. */
  static async on(
    urls: PortUrls,
    namespace: string,
    settings: Partial<GatewaySettings> = {},
    replace: (adapters: Adapters) => Adapters = (adapters) => adapters,
    release: () => Promise<void> = () => Promise.resolve(),
  ): Promise<Edge> {
    const adapters = await openAdapters(allPorts, { urls, namespace });
    const given = { ...anyPort, apiKey: new Secret(ADMIN), rateLimit: 0, ...settings };
    try {
      const gateway = await startGateway(replace(adapters), given, logger);
      const edge = new Edge(adapters, gateway, async () => {
        await adapters.close();
        await release();
      });
      await edge.startCoordinator();
      return edge;
    } catch (error) {
      await adapters.close();
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
    const settings = { fetchAllow: ['127.0.0.0/8'], ...limits };
    this.#runners = [
      await startConnectorRunner(this.adapters, settings, logger),
      await startDiffer(this.adapters, settings, logger),
    ];
  }

  call(method: string, path: string, { key = ADMIN, ...options }: CallOptions = {}): Promise<Answer> {
    return callHttp(`${this.gateway.httpUrl}${path}`, method, { key, ...options });
  }

  /** A key of another tenant, or of fewer scopes. */
  async newKey(tenant: string, ...scopes: string[]): Promise<{ id: string; key: string }> {
    const { body } = await this.call('POST', '/v1/keys', { body: { name: 'test', tenant, scopes } });
    return body;
  }

  /** A connection that syncs only when asked. */
  async newConnection(source: object = { connector: 'noop', config: {} }): Promise<string> {
    const { body } = await this.call('POST', '/v1/connections', { body: { name: 'test', source } });
    return body.id;
  }

  async newJob(connectionId: string): Promise<string> {
    const { body } = await this.call('POST', `/v1/connections/${connectionId}/jobs`, { body: { type: 'full' } });
    return body.id;
  }

  /** The job once it has ended. */
  ended(jobId: string) {
    return eventually(async () => {
      const { body } = await this.call('GET', `/v1/jobs/${jobId}`);
      return body.endedAt !== null && body;
    }, `job ${jobId} to end`);
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await Promise.all(this.#runners.map((runner) => runner.stop()));
    await this.stopCoordinator();
    await this.release();
  }
}
