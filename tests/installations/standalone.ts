import { Secret, standaloneUrls, type PlatformSettings, type PortUrls } from '@tidemark/config';
import type { Broker } from '@tidemark/messaging';
import { allPorts, createLogger, openAdapters, type Adapters } from '@tidemark/platform';
import { startStandalone } from '@tidemark/standalone';
import { randomNamespace, temporaryFolder } from '@tidemark/test-kit';
import { Client } from './client.js';
import { Publisher } from '../publishers/publisher.js';

export interface Installation {
  readonly adapters: Adapters;
  /** With a key of the default tenant that may do everything. */
  readonly client: Client;
  /** What services and adapters reported. */
  readonly errors: readonly unknown[];
  stop(): Promise<void>;
}

export interface InstallationOptions {
  /** Default: embedded adapters in a folder that goes away with the installation. */
  readonly urls?: PortUrls;
  readonly settings?: Partial<PlatformSettings>;
  /** Comes between the services and the broker. */
  readonly decorate?: (broker: Broker) => Broker;
}

const KEY = 'tmk_installation-under-test';

/** The URLs of the real servers; undefined when the environment does not name them all. */
export function serverUrls(): PortUrls | undefined {
  const { NATS_URL: broker, MONGODB_URL: readModel, EVENTSTORE_URL: eventStore } = process.env;
  return broker && readModel && eventStore ? { broker, readModel, eventStore, blobs: broker } : undefined;
}

/** All services in this process, the edge on a free port, on servers in a namespace of its own. */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const { urls, settings, decorate = (broker) => broker } = options;
  const folder = await temporaryFolder();
  const unset = { eventStore: null, broker: null, readModel: null, blobs: null };
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  const opened = await openAdapters(allPorts, {
    urls: urls ?? standaloneUrls({ dataDir: folder.path, ...unset }),
    namespace: randomNamespace(),
    onError: note,
  });
  const adapters = { ...opened, broker: decorate(opened.broker) };
  const logger = { ...createLogger('test', 'silent'), error: note };
  const standalone = await startStandalone(adapters, { ...defaults, ...settings }, logger);
  return {
    adapters,
    client: new Client(standalone.httpUrl, KEY),
    errors,
    async stop() {
      await standalone.stop();
      await opened.close();
      await folder.remove();
    },
  };
}

const defaults = {
  host: '127.0.0.1',
  httpPort: 0,
  grpcPort: 0,
  apiKey: new Secret(KEY),
  rateLimit: 0,
  fetchAllow: [Publisher.allow],
  fetchMaxBytes: 1024 ** 2,
  tenantMaxRunning: 5,
  runnerConcurrency: 16,
  claimTimeoutMs: 60_000,
} as const as unknown as PlatformSettings;
