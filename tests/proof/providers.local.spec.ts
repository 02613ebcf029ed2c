import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOGUE, type ChangesDetected } from '@tidemark/contracts';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { embedded, startInstallation, type Installation } from '../installations/installation.js';
import { readLog } from './testing/log.js';
import { addProvider, alertsIn, subscribeAll } from './testing/provider.js';
import { described, Source } from '../publishers/source.js';

const SUBSCRIBERS = 10_000;

let folder: TemporaryFolder;
let source: Source;
let on: Installation;

beforeAll(async () => {
  folder = await temporaryFolder();
  source = await Source.start();
  on = await startInstallation({ urls: embedded(folder.path) });
});
afterAll(async () => {
  await on.stop();
  await source.stop();
  await folder.remove();
});

describe('a provider with 10,000 subscribers', () => {
  it('is fetched once, and tells each of them once, in the log and on the broker', async () => {
    source.publish('/api', described(1));
    const providerId = await addProvider(on, source.url('/api'));
    const catalogue = on.as(CATALOGUE);
    const sync = async () => {
      const { id } = await catalogue.create(providerId);
      expect(await catalogue.finished(id, 60_000)).toMatchObject({ state: 'completed', result: 'succeeded' });
    };
    await sync();
    const subscriptions = await subscribeAll(on, providerId, SUBSCRIBERS);
    expect(subscriptions.size).toBe(SUBSCRIBERS);

    const heard: string[] = [];
    await on.adapters.broker.consume<ChangesDetected['data']>(
      { durable: 'listener', subject: 'tidemark.evt.alerts.ChangesDetected' },
      ({ data }) => void heard.push(data.connectionId),
    );
    source.publish('/api', described(2));
    await sync();
    await eventually(() => heard.length >= SUBSCRIBERS, 'all alerts on the broker', { timeout: 30_000 });
    expect(source.fetches('/api')).toBe(2);
    expect(new Set(heard)).toEqual(subscriptions);
    expect(heard).toHaveLength(SUBSCRIBERS);
    const alerts = alertsIn(await readLog(on.adapters.eventStore));
    expect(alerts).toHaveLength(SUBSCRIBERS);
    expect(new Set(alerts.map(({ connectionId }) => connectionId))).toEqual(subscriptions);
    expect(new Set(alerts.map(({ tenant }) => tenant)).size).toBe(SUBSCRIBERS);
    expect(on.errors).toEqual([]);
  }, 120_000);
});
