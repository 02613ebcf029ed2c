import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOGUE } from '@tidemark/contracts';
import { allPorts, openAdapters } from '@tidemark/platform';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { CrashPoint } from '../installations/crash-point.js';
import { startInstallation } from '../installations/installation.js';
import { embedded } from '../installations/urls.js';
import { readLog } from './testing/log.js';
import { MortalInstallation } from '../installations/mortal-installation.js';
import { addProvider, alertsIn, subscribeAll } from './testing/provider.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';

/** Three appends of alerts. */
const SUBSCRIBERS = 1200;

const points: CrashPoint[] = [1, 2, 3].flatMap((nth) => [
  { when: 'before', append: 'ChangesDetected', nth },
  { when: 'after', append: 'ChangesDetected', nth },
]);

let folder: TemporaryFolder;
let publisher: Publisher;
let providerId: string;
let subscriptions: Set<string>;

beforeAll(async () => {
  folder = await temporaryFolder();
  publisher = await Publisher.start();
  publisher.publish(described(1), '/api');
  const baseline = await startInstallation({ urls: embedded(folder.join('baseline')) });
  providerId = await addProvider(baseline, publisher.url('/api'));
  const catalogue = baseline.as(CATALOGUE);
  const { id } = await catalogue.create(providerId);
  await catalogue.finished(id);
  await catalogue.committed(providerId, id);
  subscriptions = await subscribeAll(baseline, providerId, SUBSCRIBERS);
  await baseline.stop();
  publisher.publish(described(2), '/api');
}, 60_000);
afterAll(async () => {
  await publisher.stop();
  await folder.remove();
});

async function logOf(path: string) {
  const adapters = await openAdapters(allPorts, { urls: embedded(path), namespace: 'tidemark' });
  try {
    return await readLog(adapters.eventStore);
  } finally {
    await adapters.close();
  }
}

describe('the alerts of a provider', () => {
  it.each(points)('reach each subscriber once when the process is killed $when append $nth', async (crash) => {
    const path = folder.join(`${crash.when} ${crash.nth}`);
    await cp(folder.join('baseline'), path, { recursive: true });
    const mortal = new MortalInstallation({ folder: path });
    await mortal.start(crash);
    const created = mortal.as(CATALOGUE).createOnce(providerId, 'sync');
    await mortal.death();
    const dead = alertsIn(await logOf(path));
    expect(dead).toHaveLength(Math.min(SUBSCRIBERS, 500 * (crash.nth! - (crash.when === 'before' ? 1 : 0))));
    await mortal.start();
    const jobId = await created;
    expect(await mortal.as(CATALOGUE).finished(jobId)).toMatchObject({ state: 'completed', retryCount: 0 });
    await mortal.kill();
    const alerts = alertsIn(await logOf(path));
    expect(alerts).toHaveLength(SUBSCRIBERS);
    expect(new Set(alerts.map(({ connectionId }) => connectionId))).toEqual(subscriptions);
    expect(alerts.slice(0, dead.length)).toEqual(dead);
  });
});
