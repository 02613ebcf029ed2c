import { connectorRunner } from '@tidemark/connector-runner';
import type { PortUrls } from '@tidemark/config';
import { differ } from '@tidemark/differ';
import { Conditions, type Clock, type Stoppable } from '@tidemark/foundation';
import { jobCoordinator } from '@tidemark/job-coordinator';
import type { Broker } from '@tidemark/messaging';
import { allPorts, createLogger, openAdapters, startService, type Adapters, type Logger } from '@tidemark/platform';
import { withCopy as knownWithCopy } from '../examples/copy/index.js';
import { Caller } from './caller.js';
import { testSettings } from './settings.js';

export interface InstallationOptions {
  readonly urls: PortUrls;
  readonly namespace?: string;
  /** One coordinator for each; the system's time when not given. */
  readonly coordinators?: readonly (Clock | undefined)[];
  /** One runner for each: its view of the broker, and how many legs it runs at once. */
  readonly runners?: readonly RunnerOptions[];
  readonly differs?: number;
  readonly claimTimeoutMs?: number;
  readonly tenantMaxRunning?: number;
  /** Folder of the files that connectors may read and write; default none. */
  readonly filesRoot?: string;
  /** True: the services also know the example pipeline `copy` and its connectors. */
  readonly withCopy?: boolean;
  /** Wraps the broker of all services. */
  readonly decorate?: (broker: Broker) => Broker;
  /** Receives the adapters before any service does. */
  readonly prepare?: (adapters: Adapters) => void;
}

export interface RunnerOptions {
  readonly decorate?: (broker: Broker) => Broker;
  readonly concurrency?: number;
}

/** Several services in this process, on adapters of their own. */
export interface Installation extends Caller {
  readonly adapters: Adapters;
  /** Errors that services and adapters reported. */
  readonly errors: readonly unknown[];
  /** Of this process. */
  readonly conditions: Conditions;
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
  const conditions = new Conditions();
  const opened = await openAdapters(allPorts, { urls, namespace, onError: note, conditions });
  options.prepare?.(opened);
  const adapters = { ...opened, broker: decorate(opened.broker) };
  const { filesRoot = testSettings.filesRoot } = options;
  const settings = { ...testSettings, claimTimeoutMs, tenantMaxRunning, filesRoot };
  const known = { ...(options.withCopy && knownWithCopy), conditions };
  const services: Stoppable[] = [];
  for (const clock of coordinators)
    services.push(
      await startService(jobCoordinator, adapters, settings, logger, { ...known, ...(clock && { clock }) }),
    );
  const startRunner = async ({ decorate: seen = (broker: Broker) => broker, concurrency = 16 }: RunnerOptions = {}) => {
    const around = { ...adapters, broker: seen(adapters.broker) };
    const limits = { ...settings, runnerConcurrency: concurrency };
    services.push(await startService(connectorRunner, around, limits, logger, known));
  };
  for (const runner of runners) await startRunner(runner);
  for (let n = 0; n < differs; n += 1)
    services.push(await startService(differ, adapters, settings, logger, { conditions }));
  return Object.assign(new Caller(adapters.broker), {
    adapters: opened,
    errors,
    conditions,
    startRunner,
    async stop() {
      // The services that run stages first, so that they can still report.
      for (const service of services.toReversed()) await service.stop();
      await opened.close();
    },
  });
}
