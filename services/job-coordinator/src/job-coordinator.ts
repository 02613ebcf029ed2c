import { NestFactory } from '@nestjs/core';
import { coordinatorVerbs } from '@tidemark/contracts';
import { systemClock, type Clock } from '@tidemark/foundation';
import { BrokerServer } from '@tidemark/messaging/nest';
import { serveOperations, serveVerbs, traced, type Adapters, type Logger, type Service } from '@tidemark/platform';
import { ownCatalogue, type Catalogue } from './catalogue.js';
import { JobCoordinatorModule } from './app.module.js';
import type { CoordinatorSettings } from './coordinator.js';
import { projections, startEngine } from './engine.js';
import { verbsOf } from './messaging/verbs.js';
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
  const broker = traced(adapters.broker);
  const strategy = new BrokerServer(broker);
  const server = await NestFactory.createMicroservice(JobCoordinatorModule.forRoot(coordinator), { strategy, logger });
  await server.listen();
  const answering = await Promise.all([
    serveVerbs(broker, coordinatorVerbs, verbsOf(coordinator)),
    serveOperations('job-coordinator', adapters, { projector, projections }),
  ]);
  observeAgenda(coordinator.agenda);
  return {
    async stop() {
      await Promise.all([...answering.map((part) => part.stop()), server.close()]);
      await engine.stop();
    },
  };
}
