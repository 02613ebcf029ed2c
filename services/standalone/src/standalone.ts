import { startConnectorRunner } from '@tidemark/connector-runner';
import { startDiffer } from '@tidemark/differ';
import { startGateway } from '@tidemark/gateway';
import { startJobCoordinator } from '@tidemark/job-coordinator';
import type { PlatformSettings } from '@tidemark/config';
import type { Adapters, Logger, Service } from '@tidemark/platform';

/** All services in this process. */
export interface Standalone extends Service {
  readonly httpUrl: string;
}

/** Starts every service on the same adapters; the edge last, so that whoever is answered finds everything there. */
export async function startStandalone(
  adapters: Adapters,
  settings: PlatformSettings,
  logger: Logger,
): Promise<Standalone> {
  const services: Service[] = [];
  const stop = async () => {
    for (const service of services.toReversed()) await service.stop();
  };
  try {
    services.push(await startJobCoordinator(adapters, settings, logger));
    services.push(await startDiffer(adapters, settings, logger));
    services.push(await startConnectorRunner(adapters, settings, logger));
    const gateway = await startGateway(adapters, settings, logger);
    services.push(gateway);
    return { httpUrl: gateway.httpUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
