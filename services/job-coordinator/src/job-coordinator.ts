import { NestFactory } from '@nestjs/core';
import { systemClock, type Clock } from '@tidemark/foundation';
import { BrokerServer } from '@tidemark/messaging/nest';
import { serveOperations, traced, type Adapters, type Logger, type Service } from '@tidemark/platform';
import { ownCatalogue, type Catalogue } from './catalogue.js';
import { JobCoordinatorModule } from './app.module.js';
import type { CoordinatorSettings } from './coordinator.js';
import { projections, startEngine } from './engine.js';
import { observeAgenda } from './metrics.js';

/** Starts a job coordinator. Any number may run side by side on the same stores. */
export async function startJobCoordinator(
  adapters: Pick<Adapters, 'eventStore' | 'broker' | 'readModel'>,
  settings: CoordinatorSettings,
  logger: Logger,
  time: Clock = systemClock,
  catalogue: Catalogue = ownCatalogue,
): Promise<Service> {
  const engine = await startEngine(adapters, settings, (error) => logger.error(error), time, catalogue);
  const { coordinator, projector } = engine;
  const strategy = new BrokerServer(traced(adapters.broker));
  const server = await NestFactory.createMicroservice(JobCoordinatorModule.forRoot(coordinator), { strategy, logger });
  await server.listen();
  const operations = await serveOperations('job-coordinator', adapters, { projector, projections });
  observeAgenda(coordinator.agenda);
  return {
    async stop() {
      await Promise.all([operations.stop(), server.close()]);
      await engine.stop();
    },
  };
}
