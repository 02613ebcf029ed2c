import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import { startInstallation } from '../installations/installation.js';
import { serverUrls } from '../installations/urls.js';
import { Publisher } from '../publishers/publisher.js';
import { expectUnknownEventsToBeHarmless } from './testing/unknown-events-cases.js';

const urls = serverUrls();

(urls === undefined ? describe.skip : describe)(
  'events of a newer version in every kind of stream on the real servers (NATS_URL, EVENTSTORE_URL, MONGODB_URL)',
  () => {
    let publisher: Publisher;

    beforeEach(async () => {
      publisher = await Publisher.start();
    });

    afterEach(() => publisher.stop());

    it('harm nothing', async () => {
      const namespace = randomNamespace();
      await expectUnknownEventsToBeHarmless({
        publisher,
        start: ({ newViews }) =>
          startInstallation({ urls: newViews ? { ...urls!, readModel: 'sqlite::memory:' } : urls!, namespace }),
      });
    }, 240_000);
  },
);
