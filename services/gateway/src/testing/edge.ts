import { Secret, standaloneUrls } from '@tidemark/config';
import { startJobCoordinator } from '@tidemark/job-coordinator';
import { allPorts, createLogger, openAdapters, type Adapters, type Service } from '@tidemark/platform';
import { temporaryFolder } from '@tidemark/test-kit';
import { startGateway, type Gateway } from '../start-gateway.js';
import type { GatewaySettings } from '../settings.js';

/** The key that every test installation has, with all scopes. */
export const ADMIN = 'tmk_test-installation-key';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks into it as it likes
  readonly body: any;
}

export interface CallOptions {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Edge {
  readonly adapters: Adapters;
  readonly gateway: Gateway;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  startCoordinator(): Promise<void>;
  stopCoordinator(): Promise<void>;
  close(): Promise<void>;
}

/** A gateway on embedded adapters in a folder of its own, with a job coordinator behind it. */
export async function startEdge(
  settings: Partial<GatewaySettings> = {},
  replace: (adapters: Adapters) => Adapters = (adapters) => adapters,
): Promise<Edge> {
  const folder = await temporaryFolder();
  const urls = standaloneUrls({ dataDir: folder.path, eventStore: null, broker: null, readModel: null, blobs: null });
  const adapters = await openAdapters(allPorts, { urls, namespace: 'tidemark' });
  const logger = createLogger('test', 'silent');
  let coordinator: Service | undefined;
  const startCoordinator = async () => {
    coordinator = await startJobCoordinator(adapters, { claimTimeoutMs: 60_000, tenantMaxRunning: 5 }, logger);
  };
  const stopCoordinator = async () => {
    await coordinator?.stop();
    coordinator = undefined;
  };
  await startCoordinator();
  const ports = { host: '127.0.0.1', httpPort: 0, grpcPort: 0 };
  const given = { ...ports, apiKey: new Secret(ADMIN), rateLimit: 0, ...settings };
  const gateway = await startGateway(replace(adapters), given, logger);
  return {
    adapters,
    gateway,
    call: (method, path, options) => call(`${gateway.httpUrl}${path}`, method, options),
    startCoordinator,
    stopCoordinator,
    async close() {
      await gateway.stop();
      await stopCoordinator();
      await adapters.close();
      await folder.remove();
    },
  };
}

async function call(url: string, method: string, { key = ADMIN, body, headers }: CallOptions = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
}

/** A connection that syncs only when asked, and does nothing then. */
export const noopConnection = {
  name: 'nothing',
  source: { connector: 'noop', config: {} },
  schedule: { every: 'manual' },
};
