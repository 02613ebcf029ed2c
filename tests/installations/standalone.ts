import { Secret, type PlatformSettings, type PortUrls } from '@tidemark/config';
import type { Broker } from '@tidemark/messaging';
import { Conditions } from '@tidemark/foundation';
import { allPorts, createLogger, openAdapters, type Adapters } from '@tidemark/platform';
import { startStandalone } from '@tidemark/standalone';
import { randomNamespace, temporaryFolder } from '@tidemark/test-kit';
import { Client } from './client.js';
import { testSettings } from './settings.js';
import { embedded } from './urls.js';

export interface StandaloneInstallation {
  readonly adapters: Adapters;
  /** With a key of the default tenant with every scope. */
  readonly client: Client;
  /** Errors that services and adapters reported. */
  readonly errors: readonly unknown[];
  /** Of this process. */
  readonly conditions: Conditions;
  stop(): Promise<void>;
}

export interface StandaloneOptions {
  /** Default: embedded adapters in a folder that is removed with the installation. */
  readonly urls?: PortUrls;
  readonly settings?: Partial<PlatformSettings>;
  /** Wraps the broker of the services. */
  readonly decorate?: (broker: Broker) => Broker;
}

const KEY = 'tmk_installation-under-test';

/** All services in this process, the edge on a free port, on servers in a namespace of its own. */
export async function startStandaloneInstallation(options: StandaloneOptions = {}): Promise<StandaloneInstallation> {
  const { urls, settings, decorate = (broker) => broker } = options;
  const folder = await temporaryFolder();
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  const conditions = new Conditions();
  const opened = await openAdapters(allPorts, {
    urls: urls ?? embedded(folder.path),
    namespace: randomNamespace(),
    onError: note,
    conditions,
  });
  const adapters = { ...opened, broker: decorate(opened.broker) };
  const logger = { ...createLogger('test', 'silent'), error: note };
  const given = { ...testSettings, apiKey: new Secret(KEY), ...settings };
  const standalone = await startStandalone(adapters, given, logger, conditions);
  return {
    adapters,
    client: new Client(standalone.httpUrl, KEY),
    errors,
    conditions,
    async stop() {
      await standalone.stop();
      await opened.close();
      await folder.remove();
    },
  };
}
