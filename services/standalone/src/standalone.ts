import type { PlatformSettings } from '@tidemark/config';
import { connectorRunner } from '@tidemark/connector-runner';
import { differ } from '@tidemark/differ';
import { Conditions, DaemonGroup, daemonOf, type Stoppable } from '@tidemark/foundation';
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
  conditions = new Conditions(),
): Promise<Standalone> {
  let edge: RunningService<{ readonly httpUrl: string }> | undefined;
  const group = new DaemonGroup([
    ...services.map((service) => daemonOf(() => startService(service, adapters, settings, logger, { conditions }))),
    daemonOf(async () => (edge = await startService(gateway, adapters, settings, logger, { conditions }))),
  ]);
  await group.start();
  return { httpUrl: edge!.exposed.httpUrl, stop: () => group.stop() };
}
