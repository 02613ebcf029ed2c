import { describe, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import { startInstallation } from '../installations/installation.js';
import { serverUrls } from '../installations/urls.js';
import { expectPoisonToStopOnlyItsOwn } from './testing/poison-cases.js';

const urls = serverUrls();

(urls === undefined ? describe.skip : describe)('stored events that cannot be folded, on the real servers', () => {
  it('stop only their own job, connection or tenant', async () => {
    const namespace = randomNamespace();
    await expectPoisonToStopOnlyItsOwn(({ newViews }) =>
      startInstallation({ urls: newViews ? { ...urls!, readModel: 'sqlite::memory:' } : urls!, namespace }),
    );
  }, 240_000);
});
