import { afterAll, beforeAll } from '@jest/globals';
import type { JobEvent } from '@tidemark/contracts';
import { SqliteEventStore, storedEvents, type EventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { daemonLifecycle } from '@tidemark/foundation/testing';
import { EmbeddedBroker } from '@tidemark/messaging';
import { createReadModel, type ReadModel } from '@tidemark/read-model';
import { FakeClock, temporaryFolder, type TemporaryFolder, withMembers } from '@tidemark/test-kit';
import { planned } from '../agenda/agenda.fixtures.js';
import { Agenda } from '../agenda/agenda.js';
import { claimStage, createJob, noon } from '../job/job.fixtures.js';
import { decideJob } from '../job/job.decide.js';
import { absentJob, evolveJob } from '../job/job.js';
import { connectionsProjection } from '../projections/connections.projection.js';
import { jobsProjection } from '../projections/jobs.projection.js';
import { Admission } from './admission.js';
import { Audit } from './audit.js';
import { AgendaFeed } from './agenda-feed.js';
import { Liveness } from './liveness.js';
import { Timers } from './timers.js';

const SECOND_MS = 1000;
const nothing = async () => {};

let folder: TemporaryFolder;
let store: SqliteEventStore;
let broker: EmbeddedBroker;
let readModel: ReadModel;

beforeAll(async () => {
  folder = await temporaryFolder();
  store = new SqliteEventStore(folder.join('events.db'));
  broker = new EmbeddedBroker(store);
  readModel = await createReadModel(`sqlite:${folder.join('views.db')}`);
});

afterAll(async () => {
  await broker.close();
  await readModel.close();
  await store.close();
  await folder.remove();
});

const append = (stream: string, event: { readonly type: string; readonly data: unknown }) =>
  store.append(stream, [{ ...event, id: uuidv7(), metadata: { tenant: 'acme' } }], 'any');

/** Resolves when everything started before has been stored and delivered to the subscriptions: all is on one thread. */
const settle = async () => {
  for (let turns = 0; turns < 10; turns++) await append('marker-1', { type: 'Passed', data: {} });
};

const created = (jobId: string, connectionId: string) =>
  decideJob({ ...createJob, data: { ...createJob.data, jobId, connectionId, claimTimeoutMs: 500 } }, absentJob)[0]!;

daemonLifecycle('Timers', () => {
  const clock = new FakeClock();
  const agenda = new Agenda(clock.now);
  const errors: Error[] = [];
  let [rounds, broken] = [0, false];
  const startPlannedSync = async () => {
    if (!broken) return void rounds++;
    broken = false;
    throw new Error('broken');
  };
  const actions = { startPlannedSync, forceCancel: nothing, cancelOrphan: nothing, wake: () => {} };
  const daemon = new Timers(agenda, clock, actions, (error) => errors.push(error));
  const provoke = async () => {
    const [connectionId, at] = [uuidv7(), clock.now() + 10];
    agenda.applyConnection(connectionId, 'acme', planned(at));
    daemon.arm();
    await clock.advance(SECOND_MS);
  };
  return { daemon, provoke, rounds: () => rounds, held: () => clock.timers, breakNext: () => (broken = true), errors };
});

daemonLifecycle('Liveness', () => {
  const clock = new FakeClock(noon);
  const agenda = new Agenda(clock.now);
  const errors: Error[] = [];
  let [rounds, broken, heard, percent] = [0, false, false, 0];
  const creation = created('silent', 'a');
  const [claim] = decideJob(claimStage(), evolveJob(absentJob, creation));
  for (const event of [creation, claim!]) agenda.applyJob('silent', 'acme', event);
  const expire = async () => {
    if (!broken) return void rounds++;
    broken = false;
    throw new Error('broken');
  };
  return {
    daemon: new Liveness({
      ...{ broker, agenda, clock, passed: clock.elapsed },
      actions: { expire, stall: nothing, recover: nothing, sendAgain: nothing },
      onError: (error) => errors.push(error),
    }),
    async provoke() {
      percent++;
      broker.broadcast('tidemark.beat.silent', { jobId: 'silent', claim: 1, stage: 'fetch', percent });
      await clock.advance(SECOND_MS);
      heard = agenda.claims.get('silent')!.percent === percent;
    },
    rounds: () => rounds,
    held: () => clock.timers + (heard ? 1 : 0),
    breakNext: () => (broken = true),
    errors,
  };
});

daemonLifecycle('Audit', () => {
  const clock = new FakeClock();
  const agenda = new Agenda(clock.now);
  const errors: Error[] = [];
  let [rounds, broken] = [0, false];
  const startPlannedSync = async () => {
    if (!broken) return (rounds++, 'running' as const);
    broken = false;
    throw new Error('broken');
  };
  agenda.applyConnection('passed', 'acme', planned(clock.now() - 3_600_000));
  const actions = { startPlannedSync, advanceSync: async () => false, repaired: () => {}, admit: () => {} };
  return {
    daemon: new Audit(agenda, clock, actions, (error) => errors.push(error)),
    provoke: () => clock.advance(60 * SECOND_MS),
    rounds: () => rounds,
    held: () => clock.timers,
    breakNext: () => (broken = true),
    errors,
  };
});

daemonLifecycle(
  'AgendaFeed',
  () => {
    const agenda = new Agenda(() => noon);
    const errors: Error[] = [];
    let [advances, subscriptions] = [0, 0];
    const counting: EventStore = withMembers(store, {
      subscribe: (...call: Parameters<EventStore['subscribe']>) => {
        const subscription = store.subscribe(...call);
        subscriptions++;
        void subscription.ended.then(() => subscriptions--);
        return subscription;
      },
    });
    const views = { jobs: readModel.view(jobsProjection), connections: readModel.view(connectionsProjection) };
    return {
      daemon: new AgendaFeed(counting, views, agenda, {
        onAdvance: () => advances++,
        setAside: (_, error) => errors.push(error as Error),
        onError: (error) => errors.push(error),
      }),
      async provoke() {
        const jobId = uuidv7();
        await append(`job-${jobId}`, created(jobId, uuidv7()));
        await settle();
      },
      rounds: () => advances,
      held: () => subscriptions,
      errors,
    };
  },
  { canBreak: false },
);

daemonLifecycle('Admission', () => {
  const clock = new FakeClock();
  const tenant = uuidv7();
  const agenda = new Agenda(clock.now);
  const errors: Error[] = [];
  let [rounds, broken] = [0, false];
  const lossy: EventStore = withMembers(store, {
    append: async (...call: Parameters<EventStore['append']>) => {
      if (!broken) return store.append(...call);
      broken = false;
      throw new Error('broken');
    },
  });
  const note = (error: Error) => void errors.push(error);
  const hooks = { cap: () => 1000, commitEnd: nothing, onUnreadable: (_: string, error: Error) => note(error) };
  const daemon = new Admission(lossy, agenda, clock, { ...hooks, onError: note });
  return {
    daemon,
    async provoke() {
      const jobId = uuidv7();
      agenda.applyJob(jobId, tenant, created(jobId, uuidv7()) satisfies JobEvent);
      agenda.reached(await store.head());
      daemon.wake();
      await settle();
      await clock.advance(SECOND_MS);
      await settle();
      rounds = (await Array.fromAsync(storedEvents(store, `admission-${tenant}`))).length;
    },
    rounds: () => rounds,
    held: () => clock.timers,
    breakNext: () => (broken = true),
    errors,
  };
});
