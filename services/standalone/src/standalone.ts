import type { PlatformSettings } from '@tidemark/config';
import { connectorRunner } from '@tidemark/connector-runner';
import { differ } from '@tidemark/differ';
import { DaemonGroup, daemonOf, type Stoppable } from '@tidemark/foundation';
import { gateway } from '@tidemark/gateway';
import { jobCoordinator } from '@tidemark/job-coordinator';
import { startService, type Adapters, type AnyService, type Logger, type RunningService } from '@tidemark/platform';

/** The services behind the edge, in the order of their start. */
const services: readonly AnyService[] = [jobCoordinator, differ, connectorRunner];

/** All services in this process. */
export interface Standalone extends Stoppable {
  readonly httpUrl: string;
}

/** Starts every service on the same adapters; the edge last, so that everything is running before it accepts requests. */
export async function startStandalone(
  adapters: Adapters,
  settings: PlatformSettings,
  logger: Logger,
): Promise<Standalone> {
  let edge: RunningService<{ readonly httpUrl: string }> | undefined;
  const group = new DaemonGroup([
    ...services.map((service) => daemonOf(() => startService(service, adapters, settings, logger))),
    daemonOf(async () => (edge = await startService(gateway, adapters, settings, logger))),
  ]);
  await group.start();
  return { httpUrl: edge!.exposed.httpUrl, stop: () => group.stop() };
}
