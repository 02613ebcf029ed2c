import { afterEach, beforeEach } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { connector } from '../openapi.connector.js';
import { type LegOptions, type LegRun, Publisher, runLeg } from './leg.js';

/** Fresh for every test of a file that imports them. */
export let publisher: Publisher;
export let folder: TemporaryFolder;

beforeEach(async () => {
  publisher = await Publisher.start();
  folder = await temporaryFolder();
});
afterEach(async () => {
  await publisher.stop();
  await folder.remove();
});

/** Runs the connector's stages on what the publisher has at `path`. */
export const runAt = (path: string, { config, ...options }: Partial<LegOptions> = {}): Promise<LegRun> =>
  runLeg(connector, folder.path, { config: { url: `${publisher.url}${path}`, ...config }, ...options });
