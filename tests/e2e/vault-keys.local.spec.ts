import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Client } from '../installations/client.js';
import { Program } from '../installations/program.js';
import { PagedApi } from './testing/paged-api.js';

const API_KEY = 'key-of-this-installation';
const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)];

let folder: TemporaryFolder;
let api: PagedApi;
beforeEach(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
});
afterEach(async () => {
  await api.stop();
  await folder.remove();
});

const start = (keys: string) =>
  new Program('standalone', {
    TIDEMARK_DATA_DIR: folder.path,
    TIDEMARK_API_KEY: API_KEY,
    TIDEMARK_DEMO: 'off',
    TIDEMARK_SECRET_KEY: keys,
    TIDEMARK_FETCH_ALLOW: '127.0.0.0/8',
  });

async function running<T>(keys: string, work: (on: Client) => Promise<T>): Promise<T> {
  const program = start(keys);
  try {
    return await work(new Client(await program.url(), API_KEY));
  } finally {
    await program.stop();
  }
}

it('opens what it has stored with a new key beside the old one, and alone once everything was sealed again', async () => {
  api.token = 'the-token';
  api.objects.set('issues', [{ id: 1 }]);
  const connection = await running(OLD, async (on) => {
    const given = { name: 'api', connector: 'http-json', kind: 'bearer', token: 'the-token' };
    const { body } = await on.post('/v1/credentials', given);
    return on.connect({ connector: 'http-json', config: api.config(['issues']), credentialId: body.id });
  });

  const refused = start(NEW);
  expect((await refused.ended).code).not.toBe(0);
  const lines = `${refused.stdout}${refused.stderr}`.trim().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/TIDEMARK_SECRET_KEY: a stored credential needs key [0-9a-f]{8}, .*add/),
  ]);

  await running(`${NEW},${OLD}`, async (on) => {
    expect(await on.sync(connection)).toMatchObject({ state: 'completed' });
    expect((await on.post('/v1/credentials/rotate-key')).body).toEqual({ sealed: 1 });
    expect((await on.post('/v1/credentials/rotate-key')).body).toEqual({ sealed: 0 });
  });
  await running(NEW, async (on) => expect(await on.sync(connection)).toMatchObject({ state: 'completed' }));
}, 120_000);
