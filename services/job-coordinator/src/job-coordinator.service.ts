import { coordinatorVerbs } from '@tidemark/contracts';
import { Unreadable } from '@tidemark/event-store';
import { PassedTime } from '@tidemark/foundation';
import { defineService } from '@tidemark/platform';
import { commitEnd } from './actions/end-sync.js';
import { QueueLimit } from './actions/queue-limit.js';
import { Agenda } from './agenda/agenda.js';
import { ownCatalogue } from './catalogue.js';
import { connectionsOf, jobsOf, pushesOf, type Coordinator } from './coordinator.js';
import { auditActions, claimActions, dueActions, expediteAction } from './daemons/actions.js';
import { Admission } from './daemons/admission.js';
import { AgendaFeed } from './daemons/agenda-feed.js';
import { Audit } from './daemons/audit.js';
import { Expediter } from './daemons/expediter.js';
import { Liveness } from './daemons/liveness.js';
import { Timers } from './daemons/timers.js';
import { endedJobs } from './messaging/ended-jobs.js';
import { messagesOf } from './messaging/outbox.js';
import { pushedObjects } from './messaging/pushed.js';
import { waitingJobs } from './metrics.js';
import { connectionsProjection } from './projections/connections.projection.js';
import { jobsProjection } from './projections/jobs.projection.js';
import { PushInbox } from './actions/push-inbox.js';
import { ownCategories } from './streams.js';
import { StandingStill } from './standing-still.js';
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
  build({ adapters: { eventStore, broker, readModel }, settings, clock: time, logger, onError, conditions, known }) {
    const passed = new PassedTime(time).now;
    const agenda = new Agenda(time.now, passed);
    const still = new StandingStill(agenda, conditions);
    const jobs = jobsOf(eventStore, (id, error) => still.job(id, error));
    const connections = connectionsOf(eventStore, (id, error) => still.connection(id, error));
    const admission = new Admission(eventStore, agenda, time, {
      cap: () => settings.tenantMaxRunning,
      commitEnd: (tenant, jobId) => commitEnd({ eventStore, connections }, tenant, jobId).catch(unlessUnreadable),
      onUnreadable: (tenant, error) => still.admission(tenant, error),
      onError,
    });
    const queue = new QueueLimit(agenda);
    const pushes = pushesOf(eventStore);
    const { deadLetters } = broker;
    const coordinator: Coordinator = {
      deadLetters,
      eventStore,
      jobs,
      connections,
      pushes,
      inbox: new PushInbox(pushes, time),
      agenda,
      admission,
      queue,
      time,
      settings,
      catalogue: known,
    };
    const timers = new Timers(agenda, time, dueActions(coordinator), onError);
    const actions = claimActions(coordinator);
    const liveness = new Liveness({
      ...{ broker, agenda, clock: time, passed, actions, onError },
      onClaims: () => eventStore.life?.note(time.now()),
    });
    const audit = new Audit(agenda, time, auditActions(coordinator, logger), onError);
    const views = { jobs: readModel.view(jobsProjection), connections: readModel.view(connectionsProjection) };
    const expediter = new Expediter(agenda, expediteAction(coordinator), onError);
    const advance = () => {
      expediter.wake();
      admission.wake();
      timers.arm();
    };
    const feed = new AgendaFeed(eventStore, views, agenda, {
      onAdvance: advance,
      setAside: (stored, error) => still.stream(stored, error),
      onError,
    });
    return {
      handlers: verbsOf(coordinator),
      consumers: [endedJobs(coordinator), pushedObjects(coordinator)],
      daemons: [timers, admission, feed, liveness, audit],
      followers: [
        {
          subject: 'lag of the agenda',
          severity: 'unready',
          categories: ownCategories,
          position: () => agenda.position,
        },
      ],
      gauges: [waitingJobs(agenda)],
    };
  },
});

/** An end that can never be recorded must not hold up the tenant's other jobs. */
function unlessUnreadable(error: unknown): void {
  if (!(error instanceof Unreadable)) throw error;
}
