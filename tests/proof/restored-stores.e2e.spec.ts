import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { views, type JobDocument } from '@tidemark/contracts';
import { createEventStore, type EventStore, type NewEvent } from '@tidemark/event-store';
import { createBroker, type Broker } from '@tidemark/messaging';
import { createReadModel, type ReadModel } from '@tidemark/read-model';
import { eventually, randomNamespace } from '@tidemark/test-kit';
import { Caller, TENANT } from '../installations/caller.js';
import { Cluster, patient } from '../installations/cluster.js';
import { Switch } from '../installations/switch.js';
import { serverUrls } from '../installations/urls.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';
import { readLog, withPositions } from './testing/log.js';

const urls = serverUrls();
/** A second event store, which becomes the restored one. */
const other = process.env['EVENTSTORE_OTHER_URL'];
const TIMEOUT_MS = 240_000;
const PATIENT = { timeout: 120_000, interval: 250 };

/**
 * Services as processes reach their event store through a switch. The restored log is another server with the first events
 * of the same streams: what a backup gives, at other positions.
 */
(urls && other ? describe : describe.skip)(
  'an event store that was restored while the services run (NATS_URL, EVENTSTORE_URL, EVENTSTORE_OTHER_URL, MONGODB_URL)',
  () => {
    let namespace: string;
    let publisher: Publisher;
    let line: Switch;
    let cluster: Cluster;
    let broker: Broker;
    let readModel: ReadModel;
    let on: Caller;
    let stores: EventStore[];

    beforeEach(async () => {
      namespace = randomNamespace();
      publisher = await Publisher.start();
      line = await Switch.to(urls!.eventStore);
      stores = await Promise.all([urls!.eventStore, other!].map((url) => createEventStore(url, { namespace })));
      cluster = new Cluster({ ...urls!, eventStore: line.url(urls!.eventStore) }, namespace);
      cluster.start();
      broker = await createBroker(urls!.broker, { namespace });
      readModel = await createReadModel(urls!.readModel, { namespace });
      on = new Caller(patient(broker));
    });

    afterEach(async () => {
      await cluster.stop();
      await broker.close();
      await readModel.close();
      for (const store of stores) await store.close();
      await line.close();
      await publisher.stop();
    });

    const sync = async (connectionId: string, version: number): Promise<string> => {
      publisher.publish(described(version));
      const { id } = await on.create(connectionId);
      expect(await on.finished(id, PATIENT.timeout)).toMatchObject({ state: 'completed', lastError: null });
      await on.committed(connectionId, id);
      return id;
    };

    /** Copies the first events of the one log into the other. */
    async function copy(count: number): Promise<void> {
      const positions = new Map<number, number>();
      for (const recorded of (await readLog(stores[0]!)).slice(0, count)) {
        const { stream, id, type, metadata } = recorded;
        const event: NewEvent = { id, type, data: withPositions(recorded, positions), metadata };
        const { position } = await stores[1]!.append(stream, [event], 'any');
        positions.set(recorded.position, position);
      }
    }

    async function expectJobs(jobs: readonly string[]): Promise<void> {
      const view = readModel.view<JobDocument>(views.jobs);
      await eventually(
        async () => {
          const { data } = await view.query({ where: { tenant: TENANT }, perPage: 100 });
          return (
            data
              .map(({ id }) => id)
              .sort()
              .join() === [...jobs].sort().join()
          );
        },
        'the jobs in the view to be those of the log',
        PATIENT,
      );
    }

    it(
      'is found by each of them: phantoms are forgotten, and work goes on',
      async () => {
        const kept = await on.connect(publisher.url());
        const jobs = [await sync(kept, 1), await sync(kept, 2)];
        const { length } = await readLog(stores[0]!);
        const lost = await on.connect(publisher.url());
        const phantoms = [await sync(lost, 3), await sync(kept, 4)];
        const release = publisher.hold(described(5));
        for (const connection of [lost, kept, kept]) phantoms.push((await on.create(connection)).id);
        await eventually(() => publisher.fetches() >= 6, 'the last jobs to run', PATIENT);
        await copy(length);
        line.switchTo(other!);
        release();

        await expectJobs(jobs);
        // Each coordinator finds it within a second or so.
        const isGone = (found: Promise<unknown>) =>
          found.then(
            () => false,
            ({ code }) => code === 'NOT_FOUND',
          );
        for (const phantom of phantoms)
          await eventually(() => isGone(on.job(phantom)), `${phantom} to be gone`, PATIENT);
        await eventually(() => isGone(on.connection(lost)), 'the connection to be gone', PATIENT);
        jobs.push(await sync(kept, 6));
        const added = await on.connect(publisher.url());
        jobs.push(await sync(added, 7));
        await expectJobs(jobs);
        expect(cluster.fallen).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it(
      'may be empty',
      async () => {
        await sync(await on.connect(publisher.url()), 1);
        line.switchTo(other!);
        await expectJobs([]);
        const connection = await on.connect(publisher.url());
        await expectJobs([await sync(connection, 2)]);
        expect(cluster.fallen).toEqual([]);
      },
      TIMEOUT_MS,
    );
  },
);
