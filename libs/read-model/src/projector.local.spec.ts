import { SqliteEventStore, type EventStore } from '@tidemark/event-store';
import { uuidv7, withTimeout } from '@tidemark/foundation';
import { daemonLifecycle } from '@tidemark/foundation/testing';
import { temporaryFolder, withMembers } from '@tidemark/test-kit';
import { createReadModel } from './create-read-model.js';
import { Projector } from './projector.js';
import { tasks } from './testing/tasks.js';

/** How long a running projector may take for one event; a stopped one is observed for as long. */
const ROUND_MS = 200;

daemonLifecycle('Projector', async () => {
  const folder = await temporaryFolder();
  const store = new SqliteEventStore(folder.join('events.db'));
  const readModel = await createReadModel(`sqlite:${folder.join('views.db')}`);
  const errors: Error[] = [];
  let [rounds, broken, subscriptions] = [0, false, 0];
  const counting: EventStore = withMembers(store, {
    subscribe: (...[options, handler]: Parameters<EventStore['subscribe']>) => {
      const subscription = store.subscribe(options, (...batch) => {
        if (!broken) return handler(...batch);
        broken = false;
        throw new Error('broken');
      });
      subscriptions++;
      void subscription.ended.then(() => subscriptions--);
      return subscription;
    },
  });
  const evolve: typeof tasks.evolve = (...call) => {
    rounds++;
    return tasks.evolve(...call);
  };
  const daemon = new Projector({
    eventStore: counting,
    readModel,
    projections: [{ ...tasks, evolve }],
    onError: (error) => errors.push(error),
  });
  return {
    daemon,
    async provoke() {
      const id = uuidv7();
      const data = { tenant: 'acme', title: id, priority: null };
      const { position } = await store.append(`task-${id}`, [{ id, type: 'Created', data, metadata: {} }], 'no_stream');
      await withTimeout(daemon.caughtUp(tasks.name, position), ROUND_MS, () => {}).catch(() => {});
    },
    rounds: () => rounds,
    held: () => subscriptions,
    breakNext: () => (broken = true),
    errors,
    async close() {
      await readModel.close();
      await store.close();
      await folder.remove();
    },
  };
});
