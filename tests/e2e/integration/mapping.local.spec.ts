import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { embedded } from '../../installations/urls.js';
import { PagedApi } from '../testing/paged-api.js';

const SECRET = 'very-private';

let api: PagedApi;
let folder: TemporaryFolder;
let installation: StandaloneInstallation;
let on: Client;

beforeEach(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
  const people = [1, 2, 3].map((id) => ({
    ...{ id, updatedAt: '2026-01-01T00:00:00Z', name: `Person ${id}`, email: `${SECRET}-${id}@example.com` },
    ...(id !== 2 && { address: { city: 'Rome' } }),
  }));
  api.objects.set('people', people);
  installation = await startStandaloneInstallation({
    urls: embedded(join(folder.path, 'data')),
    settings: { filesRoot: join(folder.path, 'files') },
  });
  on = installation.client;
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await api.stop();
  await folder.remove();
});

const mapping = [
  { to: 'id', from: 'id' },
  { to: 'title', template: '{{name}}!' },
  { to: 'city', from: 'address.city', required: true },
  { to: 'email', from: 'email', mask: 'hash' },
  { to: 'origin', value: 'api' },
];
const destination = (more: object = {}) => ({
  ...{ name: 'lines', connector: 'files', config: { format: 'jsonl' }, mode: 'append', key: ['id'], mapping, ...more },
});
const source = () => ({ connector: 'http-json', config: api.config(['people']), objects: ['people'] });

async function rows(): Promise<readonly Record<string, unknown>[]> {
  const root = join(folder.path, 'files', 'default');
  const texts = await Promise.all((await readdir(root)).map((name) => readFile(join(root, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').filter(Boolean));
  const found = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return found.sort((a, b) => Number(a['id']) - Number(b['id']));
}

/** Files of the installation, or lines of its log, that hold what the mapping masks. */
async function leaks(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const found = await Promise.all(files.map(async (file) => ((await readFile(file)).includes(SECRET) ? [file] : [])));
  return found.flat();
}

describe.each([
  ['integration', {}],
  ['records', { object: 'people' }],
] as const)('a mapping in the pipeline %s', (pipeline, more) => {
  it('makes rows, refuses those without a required field, and hides what it masks', async () => {
    const id = await on.connect(source(), { pipeline, destinations: [destination(more)] });
    const job = await on.ended(await on.order(id));
    expect(job).toMatchObject({
      ...{ state: 'completed', result: 'completed_with_errors' },
      counts: { processed: 3, created: 2, failed: 1 },
    });
    const written = await rows();
    expect(written.map(({ email: _, ...row }) => row)).toEqual([
      { id: 1, title: 'Person 1!', city: 'Rome', origin: 'api' },
      { id: 3, title: 'Person 3!', city: 'Rome', origin: 'api' },
    ]);
    expect(written.map(({ email }) => email)).toEqual([1, 3].map(() => expect.stringMatching(/^[0-9a-f]{64}$/)));
    const errors = (await on.get(`/v1/jobs/${job.id}/errors`)).body;
    expect(errors.data).toEqual([
      expect.objectContaining({
        ...{ code: 'REQUIRED_FIELD_MISSING', field: 'city', destination: 'lines', externalId: '2' },
        data: { id: 2, title: 'Person 2!', email: expect.stringMatching(/^[0-9a-f]{64}$/), origin: 'api' },
      }),
    ]);
    expect(JSON.stringify(errors)).not.toContain(SECRET);
    expect(await leaks(join(folder.path, 'data'))).toEqual([]);
    const again = await on.ended(await on.order(id, { type: 'full' }));
    expect(again.result).toBe('completed_with_errors');
    const hashes = new Map((await rows()).map(({ id: key, email }) => [key, email]));
    expect(hashes.get(1)).toBe(written[0]!['email']);
  });
});

describe('a row that a mapping refuses', () => {
  it('is in the ledger, and a correction brings it in; no other row is written again', async () => {
    const id = await on.connect(source(), { pipeline: 'integration', destinations: [destination()] });
    await on.ended(await on.order(id));
    const ledger = `/v1/connections/${id}/failed-rows`;
    const { data: failed } = (await on.get(ledger)).body;
    expect(failed).toMatchObject([{ key: '2', code: 'REQUIRED_FIELD_MISSING', field: 'city' }]);
    expect(JSON.stringify(failed)).not.toContain(SECRET);
    const retried = (await on.post(`${ledger}/retry`, {})).body;
    expect(await on.ended(retried.id)).toMatchObject({ counts: { created: 0, failed: 1 } });
    expect((await on.get(ledger)).body.data).toMatchObject([{ key: '2', code: 'REQUIRED_FIELD_MISSING', tries: 2 }]);
    const { job } = (await on.post(`${ledger}/2/fix`, { set: { city: 'Oslo' } })).body;
    expect(await on.ended(job.id)).toMatchObject({ counts: { created: 1, failed: 0 } });
    expect((await rows()).map(({ id: key, city }) => [key, city])).toEqual([
      [1, 'Rome'],
      [2, 'Oslo'],
      [3, 'Rome'],
    ]);
    expect((await on.get(ledger)).body.data).toEqual([]);
    // The correction holds while the row stays as it is.
    expect(await on.ended(await on.order(id, { type: 'full' }))).toMatchObject({ counts: { created: 3, failed: 0 } });
  });
});

describe('a mapping with faults', () => {
  it('is refused when the connection is created, each fault with its path', async () => {
    const faulty = [
      { to: 'id', from: 'id' },
      { to: 'a', expression: 'b[' },
      { to: 'c', from: 'c', type: 'decimal' },
    ];
    const create = (entries: readonly object[]) =>
      on.post('/v1/connections', {
        ...{ name: 'people', source: source(), destinations: [destination({ mapping: entries })] },
      });
    expect(await create(faulty)).toMatchObject({
      ...{ status: 400, body: { error: { fields: [{ field: 'destinations[0].mapping[2].type' }] } } },
    });
    expect(await create(faulty.slice(0, 2))).toMatchObject({
      ...{ status: 400, body: { error: { fields: [{ field: 'destinations[0].mapping[1].expression' }] } } },
    });
  });
});
