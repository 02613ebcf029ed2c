import { coordinatorVerbs } from '@tidemark/contracts';
import { defineService } from '@tidemark/platform';
import { commitEnd } from './actions/end-sync.js';
import { Agenda } from './agenda/agenda.js';
import { ownCatalogue } from './catalogue.js';
import { connectionsOf, jobsOf, type Coordinator } from './coordinator.js';
import { claimActions, dueActions } from './daemons/actions.js';
import { Admission } from './daemons/admission.js';
import { AgendaFeed } from './daemons/agenda-feed.js';
import { Liveness } from './daemons/liveness.js';
import { Timers } from './daemons/timers.js';
import { endedJobs } from './messaging/ended-jobs.js';
import { messagesOf } from './messaging/outbox.js';
import { waitingJobs } from './metrics.js';
import { connectionsProjection } from './projections/connections.projection.js';
import { jobsProjection } from './projections/jobs.projection.js';
import { ownCategories } from './streams.js';
import { verbsOf } from './verbs/verbs.js';

/** Admits, schedules, retries and cancels jobs; hands stages out as work. */
export const jobCoordinator = defineService({
  name: 'job-coordinator',
  ports: ['eventStore', 'broker', 'readModel'],
  settings: ['claimTimeoutMs', 'stallTimeoutMs', 'tenantMaxRunning'],
  verbs: coordinatorVerbs,
  relay: { categories: ownCategories, map: messagesOf },
  projections: [jobsProjection, connectionsProjection],
  known: ownCatalogue,
  build({ adapters: { eventStore, broker, readModel }, settings, clock: time, onError, known: catalogue }) {
    const agenda = new Agenda(time.now);
    const jobs = jobsOf(eventStore);
    const connections = connectionsOf(eventStore);
    const commit = (tenant: string, jobId: string) => commitEnd({ eventStore, connections }, tenant, jobId);
    const admission = new Admission(eventStore, agenda, time, () => settings.tenantMaxRunning, commit, onError);
    const { deadLetters } = broker;
    const coordinator: Coordinator = {
      deadLetters,
      eventStore,
      jobs,
      connections,
      agenda,
      admission,
      time,
      settings,
      catalogue,
    };
    const timers = new Timers(agenda, time, dueActions(coordinator), onError);
    const liveness = new Liveness(broker, agenda, time, claimActions(coordinator), onError);
    const views = { jobs: readModel.view(jobsProjection), connections: readModel.view(connectionsProjection) };
    const advance = () => {
      admission.wake();
      timers.arm();
    };
    const feed = new AgendaFeed(eventStore, views, agenda, advance, onError);
    return {
      handlers: verbsOf(coordinator),
      consumers: [endedJobs(coordinator)],
      daemons: [timers, admission, feed, liveness],
      gauges: [waitingJobs(agenda)],
    };
  },
});
