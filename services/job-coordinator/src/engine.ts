import type { Clock } from '@tidemark/foundation';
import type { Adapters } from '@tidemark/platform';
import { Projector } from '@tidemark/read-model';
import type { Catalogue } from './catalogue.js';
import { Agenda } from './agenda/agenda.js';
import { commitEnd } from './commands/end-sync.js';
import { connectionsOf, jobsOf, type Coordinator, type CoordinatorSettings } from './coordinator.js';
import { claimActions, dueActions } from './daemons/actions.js';
import { Admission } from './daemons/admission.js';
import { AgendaFeed } from './daemons/agenda-feed.js';
import { Liveness } from './daemons/liveness.js';
import { Timers } from './daemons/timers.js';
import { messagesOf } from './messaging/outbox.js';
import { connectionsProjection } from './projections/connections.projection.js';
import { jobsProjection } from './projections/jobs.projection.js';
import { ownCategories } from './streams.js';

export const projections = [jobsProjection, connectionsProjection];

/** The coordinator at work: verbs can be called, and everything that happens by itself does. */
export interface Engine {
  readonly coordinator: Coordinator;
  readonly projector: Projector;
  stop(): Promise<void>;
}

/** Starts all that coordinates jobs, but takes no request: that is for the transport around it. */
export async function startEngine(
  { eventStore, broker, readModel }: Pick<Adapters, 'eventStore' | 'broker' | 'readModel'>,
  settings: CoordinatorSettings,
  onError: (error: Error) => void,
  time: Clock,
  catalogue: Catalogue,
): Promise<Engine> {
  const agenda = new Agenda(time.now);
  const jobs = jobsOf(eventStore);
  const connections = connectionsOf(eventStore);
  const commit = (tenant: string, jobId: string) => commitEnd({ eventStore, connections }, tenant, jobId);
  const admission = new Admission(eventStore, agenda, time, () => settings.tenantMaxRunning, commit, onError);
  const coordinator: Coordinator = { eventStore, jobs, connections, agenda, admission, time, settings, catalogue };
  const timers = new Timers(agenda, time, dueActions(coordinator), onError);
  const liveness = new Liveness(broker, agenda, time, claimActions(coordinator), onError);
  const views = { jobs: readModel.view(jobsProjection), connections: readModel.view(connectionsProjection) };
  const advance = () => {
    admission.wake();
    timers.arm();
  };
  const feed = new AgendaFeed(eventStore, views, agenda, advance, onError);
  const projector = new Projector({ eventStore, readModel, projections, onError });

  projector.start();
  timers.start();
  admission.start();
  await feed.start();
  await liveness.start();
  const relay = await broker.relay({
    name: 'job-coordinator',
    source: eventStore,
    categories: ownCategories,
    map: messagesOf,
    onError,
  });
  return {
    coordinator,
    projector,
    async stop() {
      await Promise.all([timers.stop(), liveness.stop(), admission.stop()]);
      await Promise.all([feed.stop(), relay.stop(), projector.stop()]);
    },
  };
}
