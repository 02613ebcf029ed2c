import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { startInstallation } from '../installations/installation.js';
import { embedded } from '../installations/urls.js';
import { expectPoisonToStopOnlyItsOwn } from './testing/poison-cases.js';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('stored events that cannot be folded', () => {
  it('stop only their own job, connection or tenant', async () => {
    const urls = embedded(folder.path);
    await expectPoisonToStopOnlyItsOwn(({ newViews }) =>
      startInstallation({ urls: newViews ? { ...urls, readModel: 'sqlite::memory:' } : urls }),
    );
  }, 120_000);
});
