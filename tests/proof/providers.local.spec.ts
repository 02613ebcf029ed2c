import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOGUE, type ChangesDetected } from '@tidemark/contracts';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { startInstallation, type Installation } from '../installations/installation.js';
import { embedded } from '../installations/urls.js';
import { readLog } from './testing/log.js';
import { addProvider, alertsIn, subscribeAll } from './testing/provider.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';

const SUBSCRIBERS = 10_000;

let folder: TemporaryFolder;
let publisher: Publisher;
let on: Installation;

beforeAll(async () => {
  folder = await temporaryFolder();
  publisher = await Publisher.start();
  on = await startInstallation({ urls: embedded(folder.path) });
});
afterAll(async () => {
  await on.stop();
  await publisher.stop();
  await folder.remove();
});

describe('a provider with 10,000 subscribers', () => {
  it('is fetched once, and notifies each of them once, in the log and on the broker', async () => {
    publisher.publish(described(1), '/api');
    const providerId = await addProvider(on, publisher.url('/api'));
    const catalogue = on.as(CATALOGUE);
    const sync = async () => {
      const { id } = await catalogue.create(providerId);
      expect(await catalogue.finished(id, 60_000)).toMatchObject({ state: 'completed', result: 'succeeded' });
    };
    await sync();
    const subscriptions = await subscribeAll(on, providerId, SUBSCRIBERS);
    expect(subscriptions.size).toBe(SUBSCRIBERS);

    const heard: string[] = [];
    await on.adapters.broker.listen<ChangesDetected['data']>(
      'tidemark.evt.alerts.ChangesDetected',
      ({ data }) => void heard.push(data.connectionId),
    );
    publisher.publish(described(2), '/api');
    await sync();
    await eventually(() => heard.length >= SUBSCRIBERS, 'all alerts on the broker', { timeout: 30_000 });
    expect(publisher.fetches('/api')).toBe(2);
    expect(new Set(heard)).toEqual(subscriptions);
    expect(heard).toHaveLength(SUBSCRIBERS);
    const alerts = alertsIn(await readLog(on.adapters.eventStore));
    expect(alerts).toHaveLength(SUBSCRIBERS);
    expect(new Set(alerts.map(({ connectionId }) => connectionId))).toEqual(subscriptions);
    expect(new Set(alerts.map(({ tenant }) => tenant)).size).toBe(SUBSCRIBERS);
    expect(on.errors).toEqual([]);
  }, 120_000);
});
