import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { MortalInstallation } from '../installations/mortal-installation.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';

/** A leg that has been under way for that long is a suspect; its process records every second that it is alive. */
const LONG_MS = 7_000;

let folder: TemporaryFolder;
let publisher: Publisher;
let mortal: MortalInstallation;

beforeEach(async () => {
  folder = await temporaryFolder();
  publisher = await Publisher.start();
  mortal = new MortalInstallation({ folder: folder.path });
  await mortal.start();
});

afterEach(async () => {
  await mortal.kill();
  await publisher.stop();
  await folder.remove();
});

/** The process lives for long after the path was fetched that many times, and is killed. */
async function dieAfter(path: string, fetches: number): Promise<void> {
  await eventually(() => publisher.fetches(path) >= fetches, `fetch ${fetches} of ${path}`, { timeout: 30_000 });
  const since = Date.now();
  await eventually(() => Date.now() - since >= LONG_MS, 'a long time', { timeout: 2 * LONG_MS, interval: 100 });
  await mortal.kill();
}

const sync = async (path: string) => (await mortal.create(await mortal.connect(publisher.url(path)))).id;

describe('the legs under way when the process of all services dies', () => {
  it('are tried one at a time; the one that it dies with again has failed, and the other completes', async () => {
    const hanging = ['/first', '/second'];
    for (const path of hanging) publisher.hang(path);
    const ids = [await sync('/first'), await sync('/second')];
    await dieAfter('/second', 1);
    await mortal.start();
    await eventually(() => hanging.some((path) => publisher.fetches(path) === 2), 'one of them', { timeout: 30_000 });
    const [tried, other] = publisher.fetches('/first') === 2 ? [0, 1] : [1, 0];
    await dieAfter(hanging[tried]!, 2);
    expect(publisher.fetches(hanging[other]!)).toBe(1);
    publisher.publish(described(1), hanging[other]!);
    await mortal.start();
    expect(await mortal.finished(ids[tried]!, 60_000)).toMatchObject({
      ...{ state: 'failed', attempt: 1, lastError: { code: 'RUNNER_LOST' } },
    });
    expect(await mortal.finished(ids[other]!, 60_000)).toMatchObject({ state: 'completed', attempt: 1 });
  }, 120_000);

  it('are not suspected when it is killed soon after they began, however often', async () => {
    publisher.hang('/api');
    const id = await sync('/api');
    for (let fetches = 1; fetches <= 3; fetches += 1) {
      await eventually(() => publisher.fetches('/api') >= fetches, `fetch ${fetches}`, { timeout: 30_000 });
      await mortal.kill();
      if (fetches === 3) publisher.publish(described(1), '/api');
      await mortal.start();
    }
    expect(await mortal.finished(id, 60_000)).toMatchObject({ state: 'completed', attempt: 1 });
  }, 120_000);
});
