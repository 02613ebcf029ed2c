import { createEventStore } from '@tidemark/event-store';
import { randomNamespace } from '@tidemark/test-kit';
import { describe } from '@jest/globals';
import { describeProjector } from './testing/index.js';
import { mongoHome } from './testing/mongo-home.js';

const { MONGODB_URL = '', EVENTSTORE_URL = '' } = process.env;

(MONGODB_URL && EVENTSTORE_URL ? describe : describe.skip)('from EventStoreDB to MongoDB', () => {
  describeProjector(
    () => mongoHome(MONGODB_URL),
    async () => {
      const eventStore = await createEventStore(EVENTSTORE_URL, { namespace: randomNamespace('log') });
      return { eventStore, remove: () => eventStore.close() };
    },
  );
});
