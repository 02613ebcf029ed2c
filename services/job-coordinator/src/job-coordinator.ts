import { NestFactory } from '@nestjs/core';
import { BrokerServer } from '@tidemark/messaging/nest';
import { serveOperations, type Adapters, type Logger, type Service } from '@tidemark/platform';
import { Projector } from '@tidemark/read-model';
import { Agenda } from './agenda/agenda.js';
import { JobCoordinatorModule } from './app.module.js';
import { connectionsOf, jobsOf, type Coordinator, type CoordinatorSettings } from './coordinator.js';
import { Admission } from './daemons/admission.js';
import { AgendaFeed } from './daemons/agenda-feed.js';
import { Liveness } from './daemons/liveness.js';
import { Timers } from './daemons/timers.js';
import { claimActions, dueActions } from './daemons/actions.js';
import { messagesOf } from './messaging/outbox.js';
import { observeAgenda } from './metrics.js';
import { connectionsProjection } from './projections/connections.projection.js';
import { jobsProjection } from './projections/jobs.projection.js';
import { systemTime, type Time } from './time.js';

const projections = [jobsProjection, connectionsProjection];

/** Starts a job coordinator. Any number may run side by side on the same stores. */
export async function startJobCoordinator(
  adapters: Pick<Adapters, 'eventStore' | 'broker' | 'readModel'>,
  settings: CoordinatorSettings,
  logger: Logger,
  time: Time = systemTime,
): Promise<Service> {
  const { eventStore, broker, readModel } = adapters;
  const onError = (error: Error) => logger.error(error);
  const agenda = new Agenda(time.now);
  const admission = new Admission(eventStore, agenda, time, () => settings.tenantMaxRunning, onError);
  const coordinator: Coordinator = {
    eventStore,
    jobs: jobsOf(eventStore),
    connections: connectionsOf(eventStore),
    agenda,
    admission,
    time,
    settings,
  };
  const projector = new Projector({ eventStore, readModel, projections, onError });
  const timers = new Timers(agenda, time, dueActions(coordinator), onError);
  const liveness = new Liveness(broker, agenda, time, claimActions(coordinator), onError);
  const views = { jobs: readModel.view(jobsProjection), connections: readModel.view(connectionsProjection) };
  const advance = () => {
    admission.wake();
    timers.arm();
  };
  const feed = new AgendaFeed(eventStore, views, agenda, advance, onError);

  const server = await NestFactory.createMicroservice(JobCoordinatorModule.forRoot(coordinator), {
    strategy: new BrokerServer(broker),
    logger,
  });
  projector.start();
  await feed.start();
  await liveness.start();
  const categories = ['job', 'connection', 'admission'];
  const relay = await broker.relay({
    name: 'job-coordinator',
    source: eventStore,
    categories,
    map: messagesOf,
    onError,
  });
  await server.listen();
  const operations = await serveOperations('job-coordinator', adapters, { projector, projections });
  observeAgenda(agenda);

  return {
    async stop() {
      timers.stop();
      await Promise.all([operations.stop(), server.close(), liveness.stop()]);
      await admission.stop();
      await Promise.all([feed.stop(), relay.stop(), projector.stop()]);
    },
  };
}
