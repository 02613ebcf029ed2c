import { copyFile, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { PagedApi } from '../e2e/testing/paged-api.js';
import { Client } from '../installations/client.js';
import { Program } from '../installations/program.js';

const KEY = 'tmk_key-that-the-operator-chose';

let folder: TemporaryFolder;
let api: PagedApi;
let program: Program;
let on: Client;

beforeEach(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
  await start();
}, 60_000);

afterEach(async () => {
  await program.stop();
  await api.stop();
  await folder.remove();
});

async function start(): Promise<void> {
  program = new Program('standalone', {
    TIDEMARK_DATA_DIR: folder.path,
    TIDEMARK_DEMO: 'off',
    TIDEMARK_API_KEY: KEY,
    TIDEMARK_FETCH_ALLOW: '127.0.0.1',
  });
  on = new Client(await program.url(), KEY);
}

const older = () => folder.join('older.db');
const store = () => folder.join('records.db');

async function restarted(between: () => Promise<void>): Promise<void> {
  await program.stop();
  await between();
  await start();
}

const issue = (id: number) => ({ id, title: `issue ${id}`, updatedAt: `2026-01-0${id}T00:00:00Z` });

describe('a record store that came back', () => {
  it.each([
    ['older', () => copyFile(older(), store())],
    ['empty', () => rm(store())],
  ])(
    '%s is filled again by the next sync, which says why; cursors of its feed are refused',
    async (_, restore) => {
      api.objects.set('issues', [issue(1)]);
      api.objects.set('labels', [issue(1)]);
      const connection = await on.connect({ connector: 'http-json', config: api.config(['issues', 'labels']) });
      const feed = `/v1/connections/${connection}/records`;
      await on.sync(connection);
      await restarted(() => copyFile(store(), older()));
      for (const id of [2, 3]) {
        for (const records of api.objects.values()) records.push(issue(id));
        await on.sync(connection);
      }
      const { endCursor } = (await on.get(feed)).body;
      await restarted(restore);

      const { body: job } = await on.post(`/v1/connections/${connection}/jobs`, { objects: ['issues'] });
      expect(await on.ended(job.id)).toMatchObject({
        state: 'completed',
        objects: { issues: { from: 'beginning', reason: expect.stringMatching(/record store .* restored/) } },
      });
      expect((await on.get(`${feed}?cursor=${endCursor}`)).body.error).toMatchObject({ code: 'VALIDATION_FAILED' });
      // The object that this job left out has lost its records too.
      expect(await on.sync(connection)).toMatchObject({ state: 'completed' });
      const { data } = (await on.get(feed)).body;
      expect(data.map(({ object, externalId }: any) => `${object} ${externalId}`).sort()).toEqual(
        ['issues', 'labels'].flatMap((object) => [1, 2, 3].map((id) => `${object} ${id}`)),
      );
      expect(await on.sync(connection)).toMatchObject({
        objects: { issues: { from: 'cursor' }, labels: { from: 'cursor' } },
      });
    },
    60_000,
  );
});
