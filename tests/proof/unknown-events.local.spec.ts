import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { startInstallation } from '../installations/installation.js';
import { embedded } from '../installations/urls.js';
import { Publisher } from '../publishers/publisher.js';
import { expectUnknownEventsToBeHarmless } from './testing/unknown-events-cases.js';

let folder: TemporaryFolder;
let publisher: Publisher;

beforeEach(async () => {
  folder = await temporaryFolder();
  publisher = await Publisher.start();
});

afterEach(async () => {
  await publisher.stop();
  await folder.remove();
});

describe('events of a newer version in every kind of stream', () => {
  it('harm nothing', async () => {
    const urls = embedded(folder.path);
    await expectUnknownEventsToBeHarmless({
      publisher,
      start: ({ newViews }) => startInstallation({ urls: newViews ? { ...urls, readModel: 'sqlite::memory:' } : urls }),
    });
  }, 120_000);
});
