import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import { expectDuplicatesToBeHarmless } from './testing/duplicates-cases.js';
import { DuplicatingBroker } from '../installations/duplicating-broker.js';
import { History } from './testing/history.js';
import { startInstallation, type Installation } from '../installations/installation.js';
import { readLog } from './testing/log.js';
import { serverUrls } from '../installations/urls.js';
import { Publisher } from '../publishers/publisher.js';

const urls = serverUrls();

(urls === undefined ? describe.skip : describe)(
  'every message twice and late on the real servers (NATS_URL, EVENTSTORE_URL, MONGODB_URL)',
  () => {
    const broker = new DuplicatingBroker();
    const installations: Installation[] = [];
    let publisher: Publisher;

    beforeAll(async () => {
      publisher = await Publisher.start();
      const namespace = randomNamespace();
      // Two of everything, each half with connections of its own.
      for (let half = 0; half < 2; half += 1)
        installations.push(await startInstallation({ urls: urls!, namespace, decorate: broker.decorate }));
    });

    afterAll(async () => {
      for (const installation of installations) await installation.stop();
      await publisher.stop();
    });

    it('has the same result as each message once', async () => {
      const [on] = installations;
      const history = async () => new History(await readLog(on!.adapters.eventStore));
      await expectDuplicatesToBeHarmless({ on: on!, publisher, broker, history });
    }, 120_000);
  },
);
