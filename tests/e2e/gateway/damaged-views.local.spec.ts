import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readdirSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';
import { embedded } from '../../installations/urls.js';

let folder: TemporaryFolder;
let edge: Edge;
let jobId: string;

const start = () => Edge.start({ on: { urls: embedded(folder.path), namespace: 'tidemark' } });
const jobs = async () => (await edge.call('GET', '/v1/jobs')).body;

beforeEach(async () => {
  folder = await temporaryFolder();
  edge = await start();
  jobId = await edge.order(await edge.connect());
  await eventually(async () => (await jobs()).pagination.total === 1, 'the job in the list');
});
afterEach(async () => {
  await edge.close();
  await folder.remove();
});

it('a start on a damaged file of views sets it aside, and lists are whole again', async () => {
  await edge.close();
  writeFileSync(folder.join('views.db'), 'no database '.repeat(2000));
  edge = await start();
  await eventually(async () => (await jobs()).data?.[0]?.id === jobId, 'the list');
  expect(await jobs()).not.toHaveProperty('degraded');
  expect(readdirSync(folder.path)).toContainEqual(expect.stringMatching(/^views\.db\.damaged-\d+$/));
  await eventually(() => edge.conditions.list().length === 0, 'the views to be built');
});

it('lists say that their view is being built', async () => {
  const db = new DatabaseSync(folder.join('views.db'));
  db.exec(`update generations set live = 0 where name = 'jobs'`);
  expect(await jobs()).toMatchObject({
    ...{ data: [], degraded: true, degradedReason: 'the view is being built from the log' },
  });
  db.close();
  await edge.call('POST', '/v1/projections/jobs/rebuild');
  await eventually(async () => (await jobs()).degraded === undefined, 'the view to be built');
  expect((await jobs()).data).toMatchObject([{ id: jobId }]);
});
