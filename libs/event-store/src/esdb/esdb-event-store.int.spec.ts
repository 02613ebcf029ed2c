import { describe, it } from '@jest/globals';
import { randomNamespace, startTcpProxy } from '@tidemark/test-kit';
import { createEventStore } from '../create-event-store.js';
import { eventStoreConformance } from '../testing/index.js';

const server = process.env['EVENTSTORE_URL'];

if (!server) {
  describe.skip('EsdbEventStore: EVENTSTORE_URL is not set', () => it.todo('keeps the event store contract'));
} else {
  eventStoreConformance(
    'EsdbEventStore',
    async () => {
      const proxy = await startTcpProxy(server);
      const options = { namespace: randomNamespace(), answerWithin: 2_000, repeatAfter: [20, 300] };
      return {
        open: () => createEventStore(proxy.url(server), options),
        fail: () => proxy.cut(),
        restore: () => proxy.pass(),
        network: {
          loseAnswer: () => proxy.cutOnNext('to_client'),
          holdAnswers: () => proxy.hang('to_client'),
          openDirect: () => createEventStore(server, options),
        },
        cleanUp: () => proxy.close(),
      };
    },
    { network: true },
  );
}
