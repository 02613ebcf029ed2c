import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBlobStore, readJson, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { FoundChanges, LargeReply, ListChanges } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import { canonicalJson, normalize, parse } from '@tidemark/openapi-diff';
import { createReadModel, type Projection, type ReadModel, type ViewDocument } from '@tidemark/read-model';
import { temporaryFolder } from '@tidemark/test-kit';
import { changesProjection } from '../projections/changes.projection.js';
import { ignoreListsProjection } from '../projections/ignore-lists.projection.js';
import { Comparisons } from './comparisons.js';
import { listOperations } from './list-operations.js';
import { RecordedChanges } from './recorded-changes.js';

const at = Date.parse('2026-03-01T12:00:00Z');
const keeper = { tenant: 'acme', connectionId: 'c1' };
/** More than one read fetches. */
const COUNT = 2300;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let blobs: BlobStore;
let readModel: ReadModel;
let recorded: RecordedChanges;
let comparisons: Comparisons;

beforeAll(async () => {
  folder = await temporaryFolder();
  blobs = await createBlobStore(`file:${folder.path}`);
  readModel = await createReadModel('sqlite::memory:');
  await fold(changesProjection, [
    {
      stream: 'changes-s2',
      type: 'ChangesRecorded',
      data: { ...keeper, jobId: 'j1', snapshotId: 's2', previousSnapshotId: 's1', at, changes: many() },
    },
  ]);
  await fold(ignoreListsProjection, [
    {
      stream: 'ignores-c1',
      type: 'IgnoreRuleAdded',
      data: { ...keeper, id: 'r1', match: { rule: 'odd' }, reason: 'not ours', until: null, actor: 'key:k1', at },
    },
  ]);
  recorded = new RecordedChanges(readModel.view(changesProjection), readModel.view(ignoreListsProjection));
  comparisons = new Comparisons(blobs, readModel.view(ignoreListsProjection), () => at);
});
afterAll(async () => {
  await readModel.close();
  await blobs.close();
  await folder.remove();
});

const many = () =>
  Array.from({ length: COUNT }, (_, n) => ({
    ...{ id: `x${n}`, changeId: `y${n}`, rule: n % 2 ? 'odd' : 'even', severity: n % 10 ? 'safe' : 'breaking' },
    ...{ operation: null, operations: [`GET /things/${n % 3}`, 'GET /all'], pointer: {}, before: null, after: null },
    ...{ message: 'Something changed.', order: n },
  }));

async function fold<D extends ViewDocument>(projection: Projection<D>, events: object[]) {
  const generation = await readModel.begin(projection);
  const stored = events.map((event, position) => ({ ...event, position, metadata: {} }) as unknown as RecordedEvent);
  await generation.apply(stored, events.length);
  await readModel.swap(projection, generation);
}

describe('recorded changes', () => {
  const list = (query: Partial<ListChanges>) =>
    recorded.list({ ...keeper, keeper, page: 1, perPage: 3, ...query }, new Date(at));

  it('are in the order of their comparison, marked by the ignore list, as the caller’s own', async () => {
    const { data, total, asOf } = await list({ connectionId: 'c1' });
    expect([total, asOf]).toEqual([COUNT, 1]);
    expect(data.map(({ id, ignored }) => [id, ignored?.id])).toEqual([
      ['x0', undefined],
      ['x1', 'r1'],
      ['x2', undefined],
    ]);
    expect(data[0]).toMatchObject({ connectionId: 'c1', operationCount: 2, detectedAt: '2026-03-01T12:00:00.000Z' });
    expect(data[0]).not.toHaveProperty('tenant');
    expect(data[0]).not.toHaveProperty('operations');
    const asSubscriber = await list({ tenant: 'globex', connectionId: 'c9' });
    expect(asSubscriber.data[1]).toMatchObject({ id: 'x1', connectionId: 'c9', ignored: null });
  });

  it('are filtered and paged beyond what is read at once', async () => {
    const expected = many().filter(({ rule, operations }) => rule === 'odd' && operations.includes('GET /things/1'));
    const page = await list({ ignored: true, operation: 'get /things/1', page: 100, perPage: 3 });
    expect(page.total).toBe(expected.length);
    expect(page.data.map(({ id }) => id)).toEqual(expected.slice(297, 300).map(({ id }) => id));
    expect((await list({ ignored: false, severity: ['breaking'] })).total).toBe(COUNT / 10);
    expect((await list({ ignored: true, severity: ['breaking'] })).total).toBe(0);
  });

  it('are shown one by one, with every operation', async () => {
    const change = await recorded.get({ ...keeper, id: 'x1' }, new Date(at));
    expect(change).toMatchObject({ id: 'x1', ignored: { id: 'r1' }, operations: ['GET /things/1', 'GET /all'] });
    const missing = recorded.get({ ...keeper, id: 'nope' }, new Date(at));
    await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('documents', () => {
  const api = (version: string, size: number) => ({
    openapi: '3.1.0',
    info: { title: 'things', version },
    paths: Object.fromEntries(
      Array.from({ length: size }, (_, n) => [
        `/things/${n}`,
        { get: { description: 'x'.repeat(3000), responses: { 200: { description: 'ok' } } } },
      ]),
    ),
  });
  const stored = async (version: string, size: number) =>
    (await blobs.put(canonicalJson(normalize(parse(JSON.stringify(api(version, size))))))).id;
  const valueOf = async <T>(reply: LargeReply<T>): Promise<T> => {
    if ('value' in reply) throw new Error('the reply is in the message');
    return readJson<T>(blobs, reply.blob as BlobId);
  };

  it('list their operations in pages; a page that is too large for a message goes through the blob store', async () => {
    const canonicalBlob = await stored('1', 300);
    const list = { tenant: 'acme', canonicalBlob };
    const small = await listOperations(blobs, { ...list, page: 3, perPage: 2 });
    expect(small).toMatchObject({ value: { total: 300, data: [{ method: 'GET' }, { method: 'GET' }] } });
    const large = await valueOf(await listOperations(blobs, { ...list, page: 1, perPage: 200 }));
    expect([large.total, large.data.length]).toEqual([300, 200]);
    const again = await listOperations(blobs, { ...list, page: 2, perPage: 2 });
    expect(again).toEqual({ value: { total: 300, data: large.data.slice(2, 4) } });
  });

  it('are compared once for all pages of changes', async () => {
    const [before, after] = [await stored('1', 2), await stored('2', 400)];
    const find = (page: number): Promise<FoundChanges> =>
      comparisons.find({ ...keeper, before, after, page, perPage: 100, severity: ['safe'] });
    const pages = [await find(1), await find(2), await find(5)];
    expect(pages.map(({ data, total }) => [data.length, total])).toEqual([
      [100, 398],
      [100, 398],
      [0, 398],
    ]);
    expect(pages[0]).toMatchObject({ bySeverity: { breaking: 0, risky: 0, safe: 398, info: 1 }, ignored: 0 });
    expect(new Set([...pages[0]!.data, ...pages[1]!.data].map(({ changeId }) => changeId)).size).toBe(200);
    const blob = comparisons.changesBlob({ before, after });
    expect(comparisons.changesBlob({ before, after })).toBe(blob);
  });

  it('that were missing are compared once they exist', async () => {
    const text = canonicalJson(normalize(parse(JSON.stringify(api('3', 1)))));
    const before = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const after = await stored('1', 1);
    await expect(comparisons.changesBlob({ before, after })).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    await blobs.put(text);
    expect(await readJson(blobs, await comparisons.changesBlob({ before, after }))).toHaveLength(1);
  });
});
