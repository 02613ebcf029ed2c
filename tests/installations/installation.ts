import { startConnectorRunner } from '@tidemark/connector-runner';
import { startDiffer } from '@tidemark/differ';
import { startJobCoordinator } from '@tidemark/job-coordinator';
import type { PortUrls } from '@tidemark/config';
import type { Broker } from '@tidemark/messaging';
import { allPorts, createLogger, openAdapters, type Adapters, type Logger, type Service } from '@tidemark/platform';
import { copyCatalogue, copyExtras } from '../examples/copy/index.js';
import { Caller } from './caller.js';
import { Publisher } from '../publishers/publisher.js';

type Time = NonNullable<Parameters<typeof startJobCoordinator>[3]>;

export interface InstallationOptions {
  readonly urls: PortUrls;
  readonly namespace?: string;
  /** One coordinator for each; the system's time when not given. */
  readonly coordinators?: readonly (Time | undefined)[];
  /** One runner for each: what it sees of the broker, and how many legs it works on at once. */
  readonly runners?: readonly RunnerOptions[];
  readonly differs?: number;
  readonly claimTimeoutMs?: number;
  readonly tenantMaxRunning?: number;
  /** True: the services also know the example pipeline `copy` and its connectors. */
  readonly withCopy?: boolean;
  /** Comes between all services and the broker. */
  readonly decorate?: (broker: Broker) => Broker;
  /** Sees the adapters before any service does. */
  readonly prepare?: (adapters: Adapters) => void;
}

export interface RunnerOptions {
  readonly decorate?: (broker: Broker) => Broker;
  readonly concurrency?: number;
}

/** Several services in this process, on adapters of their own. */
export interface Installation extends Caller {
  readonly adapters: Adapters;
  /** What services and adapters reported. */
  readonly errors: readonly unknown[];
  /** One more runner. */
  startRunner(options?: RunnerOptions): Promise<void>;
  stop(): Promise<void>;
}

/** The services, without an edge. */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const { urls, namespace = 'tidemark', coordinators = [undefined], runners = [{}], differs = 1 } = options;
  const { claimTimeoutMs = 60_000, tenantMaxRunning = 5, decorate = (broker) => broker } = options;
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  const logger: Logger = { ...createLogger('proof', 'silent'), error: note };
  const opened = await openAdapters(allPorts, { urls, namespace, onError: note });
  options.prepare?.(opened);
  const adapters = { ...opened, broker: decorate(opened.broker) };
  const services: Service[] = [];
  const catalogue = options.withCopy ? copyCatalogue : undefined;
  const extras = options.withCopy ? copyExtras : undefined;
  for (const time of coordinators)
    services.push(await startJobCoordinator(adapters, { claimTimeoutMs, tenantMaxRunning }, logger, time, catalogue));
  const startRunner = async ({ decorate: seen = (broker: Broker) => broker, concurrency = 16 }: RunnerOptions = {}) => {
    const limits = { fetchMaxBytes: 64 * 1024 ** 2, runnerConcurrency: concurrency, claimTimeoutMs };
    const settings = { fetchAllow: Publisher.allow, ...limits };
    services.push(await startConnectorRunner({ ...adapters, broker: seen(adapters.broker) }, settings, logger, extras));
  };
  for (const runner of runners) await startRunner(runner);
  for (let n = 0; n < differs; n += 1) services.push(await startDiffer(adapters, { claimTimeoutMs }, logger));
  return Object.assign(new Caller(adapters.broker), {
    adapters: opened,
    errors,
    startRunner,
    async stop() {
      // Those who take work first, so that they can still report it.
      for (const service of services.toReversed()) await service.stop();
      await opened.close();
    },
  });
}
