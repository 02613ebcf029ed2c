import { describe, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import { serverUrls } from '../installations/urls.js';
import { about } from './testing/recorded.js';
import { expectStreamsToBeUnderstood } from './testing/stored-again.js';

const urls = serverUrls();

(urls ? describe : describe.skip)(
  `what ${about.commit.slice(0, 7)} stored (NATS_URL, EVENTSTORE_URL, MONGODB_URL)`,
  () => {
    it(
      'is understood, appended to the real stores',
      () => expectStreamsToBeUnderstood(urls!, randomNamespace()),
      120_000,
    );
  },
);
