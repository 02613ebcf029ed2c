import { coordinatorVerbs } from '@tidemark/contracts';
import { PassedTime } from '@tidemark/foundation';
import { defineService } from '@tidemark/platform';
import { commitEnd } from './actions/end-sync.js';
import { Agenda } from './agenda/agenda.js';
import { ownCatalogue } from './catalogue.js';
import { connectionsOf, jobsOf, type Coordinator } from './coordinator.js';
import { auditActions, claimActions, dueActions } from './daemons/actions.js';
import { Admission } from './daemons/admission.js';
import { AgendaFeed } from './daemons/agenda-feed.js';
import { Audit } from './daemons/audit.js';
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
  build({ adapters: { eventStore, broker, readModel }, settings, clock: time, logger, onError, known: catalogue }) {
    const passed = new PassedTime(time).now;
    const agenda = new Agenda(time.now, passed);
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
    const actions = claimActions(coordinator);
    const liveness = new Liveness({ broker, agenda, clock: time, passed, actions, onError });
    const audit = new Audit(agenda, time, auditActions(coordinator, logger), onError);
    const views = { jobs: readModel.view(jobsProjection), connections: readModel.view(connectionsProjection) };
    const advance = () => {
      admission.wake();
      timers.arm();
    };
    const feed = new AgendaFeed(eventStore, views, agenda, advance, onError);
    return {
      handlers: verbsOf(coordinator),
      consumers: [endedJobs(coordinator)],
      daemons: [timers, admission, feed, liveness, audit],
      gauges: [waitingJobs(agenda)],
    };
  },
});
