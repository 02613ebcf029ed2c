import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Client } from '../installations/client.js';
import { embedded } from '../installations/urls.js';
import { readLog } from '../proof/testing/log.js';
import { documentsOf, expectAnswers, expectDocuments } from './testing/expectations.js';
import { about, recordedEvents, unpackData } from './testing/recorded.js';
import { startStandingStill, type StandingStill } from './testing/standing-still.js';

let folder: TemporaryFolder;
let on: StandingStill;
let client: Client;

beforeAll(async () => {
  folder = await temporaryFolder();
  unpackData(folder.path);
  on = await startStandingStill(embedded(folder.path));
  client = new Client(on.url, about.keys.admin);
}, 60_000);

afterAll(async () => {
  await on.stop();
  await folder.remove();
});

describe(`a data folder of ${about.commit.slice(0, 7)} after a kill`, () => {
  it('returns every list and item as it did then', () => expectAnswers(on.url));

  it('knows every key, and which one was revoked', async () => {
    const statuses: Record<string, number> = {};
    for (const [name, key] of Object.entries(about.keys))
      statuses[name] = (await client.get('/v1/connections', { key })).status;
    expect(statuses).toEqual({ admin: 200, reader: 200, acme: 200, globex: 200, revoked: 401 });
    const body = { name: 'x', source: { connector: 'noop', config: {} } };
    expect((await client.post('/v1/connections', body, { key: about.keys.reader })).status).toBe(403);
  });

  it('holds the events that were stored, and only its identity is added while time stands still', async () => {
    const log = await readLog(on.adapters.eventStore);
    const stored = recordedEvents();
    expect(log.slice(0, stored.length)).toEqual(stored);
    expect(log.slice(stored.length).map(({ stream }) => stream)).toEqual(['installation', 'installation']);
    expect(on.errors).toEqual([]);
  });

  it('rebuilds every view from the log as it was stored', async () => {
    await expectDocuments(on.adapters.readModel);
    const stored = await documentsOf(on.adapters.readModel);
    const { data } = (await client.get('/v1/projections')).body;
    for (const { name } of data as { name: string }[]) {
      expect((await client.post(`/v1/projections/${name}/rebuild`)).status).toBe(202);
      await eventually(async () => {
        const { body } = await client.get('/v1/projections');
        return body.data.find((one: { name: string }) => one.name === name).state === 'live';
      }, `${name} to be built`);
    }
    // A fold may hold more than it did, but not less.
    const built = await documentsOf(on.adapters.readModel);
    expect(Object.fromEntries(built)).toMatchObject(Object.fromEntries(stored));
    await expectAnswers(on.url);
  });
});
