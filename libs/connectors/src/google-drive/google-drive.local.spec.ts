import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuthExpired, RateLimited, Retryable, Terminal } from '@tidemark/resilience';
import { type ApiAnswer, driveError, GoogleDriveApi } from '@tidemark/test-kit/apis';
import { type Connection, openForTest, Reader, type ReaderRequest } from '@tidemark/connector-sdk/testing';
import { oauthCredential, oauthWorld, type OnPage, readAll, withConfig } from '../testing/oauth-world.js';
import { connector } from './google-drive.connector.js';

const signal = new AbortController().signal;
let api: GoogleDriveApi;
let connection: Connection;

beforeEach(async () => {
  api = await GoogleDriveApi.start();
  const errors = { unavailable: () => driveError.backendError(503), throttled: driveError.throttled };
  ({ connection } = oauthWorld(api, errors));
});
afterEach(() => api.close());

const open = (config: object = {}) => openForTest(connector, 'source', withConfig(connection, config));
const readerOf = (config: object = {}) =>
  new Reader({ connector, object: 'files', pageSize: 3 }, { connection: withConfig(connection, config) });
const read = (config: object = {}, request: ReaderRequest = {}, onPage?: OnPage) =>
  readAll(readerOf(config), request, onPage);

describe('the files of google-drive', () => {
  it('have the requested properties, and those needed for reading', async () => {
    api.put('a', { size: '12', description: 'first' });
    const [byDefault] = (await read()).records;
    expect(byDefault).toEqual({
      externalId: 'a',
      objectType: 'files',
      updatedAt: '2026-03-01T00:00:01.000Z',
      data: expect.objectContaining({
        ...{ name: 'a.txt', size: '12', description: 'first' },
        owners: [{ displayName: 'Ada', emailAddress: 'ada@example.com' }],
      }),
    });
    const [chosen] = (await read({ fields: ['name', 'owners/emailAddress'] })).records;
    expect(chosen!.data).toEqual({
      ...{ id: 'a', name: 'a.txt', mimeType: 'text/plain', parents: ['root'], trashed: false },
      ...{ createdTime: '2026-03-01T00:00:01.000Z', modifiedTime: '2026-03-01T00:00:01.000Z' },
      owners: [{ emailAddress: 'ada@example.com' }],
    });
  });

  it('are those of the user, with those of shared drives on request, or those of one shared drive', async () => {
    api.addDrive('team', 'Team');
    api.put('mine');
    api.put('ours', { driveId: 'team' });
    const all = { includeItemsFromAllDrives: true };
    const before = [await read(), await read(all), await read({ driveId: 'team' })] as const;
    expect(before.map(({ ids }) => ids)).toEqual([['mine'], ['mine', 'ours'], ['ours']]);
    api.put('mine');
    api.put('ours');
    expect((await read({}, { cursor: before[0].cursor })).ids).toEqual(['mine']);
    expect((await read(all, { cursor: before[1].cursor })).ids).toEqual(['mine', 'ours']);
    expect((await read({ driveId: 'team' }, { cursor: before[2].cursor })).ids).toEqual(['ours']);
  });

  it('are those of one folder and of some media types; files that leave them are reported as deleted', async () => {
    const config = { folder: 'f1', mimeTypes: ['text/plain', 'application/pdf'] };
    for (const id of ['stays', 'moves', 'converts']) api.put(id, { parents: ['f1'] });
    api.put('elsewhere', { parents: ['f2'] });
    api.put('picture', { parents: ['f1'], mimeType: 'image/png' });
    const first = await read(config);
    expect(first.ids).toEqual(['converts', 'moves', 'stays']);
    api.put('moves', { parents: ['f2'] });
    api.put('converts', { mimeType: 'image/png' });
    api.put('elsewhere', { parents: ['f1'], mimeType: 'application/pdf' });
    expect((await read(config, { cursor: first.cursor })).ids).toEqual(['-converts', '-moves', 'elsewhere']);
  });

  it('are reported as deleted when removed or in the trash, and return from the trash', async () => {
    for (const id of ['a', 'b', 'c']) api.put(id);
    api.put('old', { trashed: true });
    const first = await read();
    expect(first.ids).toEqual(['a', 'b', 'c']);
    api.remove('a');
    api.put('b', { trashed: true });
    const second = await read({}, { cursor: first.cursor });
    expect(second.ids).toEqual(['-a', '-b']);
    expect(second.records.map(({ data }) => data)).toEqual([{}, expect.objectContaining({ name: 'b.txt' })]);
    api.put('b', { trashed: false });
    expect((await read({}, { cursor: second.cursor })).ids).toEqual(['b']);
  });

  it('have changes that can be resumed after every page', async () => {
    const { cursor } = await read();
    for (let number = 10; number < 20; number++) api.put(`file-${number}`);
    const { pages, records } = await readerOf().readInPieces({ cursor });
    expect(pages.length).toBeGreaterThan(3);
    expect(records.map(({ externalId }) => externalId)).toEqual(api.ids);
  });

  it('are found by the time of their upload if they keep an older modification time', async () => {
    api.put('old');
    const since = '2026-03-01T00:00:10.000Z';
    api.time = Date.parse(since);
    api.put('uploaded', { modifiedTime: '2020-01-01T00:00:00.000Z' });
    const { ids, cursor } = await read({}, { since });
    expect(ids).toEqual(['uploaded']);
    expect((await read({}, { window: { from: since, to: '2026-03-02T00:00:00.000Z' } })).ids).toEqual(['uploaded']);
    api.put('old');
    expect((await read({}, { cursor })).ids).toEqual(['old']);
  });

  it('are reported in a past window only as long as they belong to it', async () => {
    const window = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-01T01:00:00.000Z' };
    api.put('within');
    api.time = Date.parse(window.to);
    api.put('later');
    const { ids, cursor } = await read({}, { window });
    expect(ids).toEqual(['within']);
    api.put('within');
    api.put('later');
    expect((await read({}, { cursor })).ids).toEqual(['within']);
  });

  it('are all read while pages of more than 100 time out', async () => {
    for (let number = 0; number < 150; number++) api.put(`file-${number}`);
    api.timeoutAbove = 100;
    expect((await read({}, { pageSize: 200 })).ids).toEqual(api.ids);
    expect(api.requests.flatMap(({ query }) => query.get('pageSize') ?? [])).toEqual(['200', '100', '100']);
  });
});

describe('a failure of google-drive', () => {
  it.each<[string, () => ApiAnswer, string, RegExp]>([
    ['a missing scope', driveError.missingScope, 'SOURCE_FORBIDDEN', /auth\/drive\.readonly/],
    ['an API that is not enabled', driveError.apiDisabled, 'SOURCE_FORBIDDEN', /enable it/],
    ['a file that is not shared', () => driveError.noFilePermission('a'), 'SOURCE_FORBIDDEN', /share it/],
    ['a full storage', driveError.storageQuota, 'SOURCE_FORBIDDEN', /storage of the user is full/],
  ])('names %s, and is final', async (_what, answer, code, message) => {
    api.fault(answer(), 'always');
    const error = await readerOf().failure();
    expect(error).toBeInstanceOf(Terminal);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each<[string, () => ApiAnswer, number]>([
    ['of a user', driveError.userRateLimit, 60_000],
    ['of a project', driveError.rateLimit, 60_000],
    ['of a day', driveError.dailyLimit, 3_600_000],
  ])('says how long to wait when the quota %s is exhausted (403)', async (_what, answer, rest) => {
    api.fault(answer(), 'always');
    const before = Date.now();
    const error = await readerOf().failure();
    expect(error).toBeInstanceOf(RateLimited);
    expect(error).toMatchObject({ code: 'RATE_LIMITED' });
    expect((error as RateLimited).until).toBeGreaterThanOrEqual(before + rest);
    expect((error as RateLimited).until).toBeLessThanOrEqual(Date.now() + rest);
  });

  it('requires a new read when a page token is no longer accepted', async () => {
    for (const id of ['a', 'b', 'c', 'd']) api.put(id);
    const { cursor } = await read();
    api.forgetChanges();
    const error = await readerOf().failure({ cursor });
    expect(error).toBeInstanceOf(Terminal);
    expect(error).toMatchObject({
      code: 'SOURCE_CURSOR_EXPIRED',
      message: expect.stringContaining('from the beginning'),
    });
    expect(await readerOf().failure({ cursor: { ...cursor, list: 'forged' } })).toMatchObject({
      code: 'SOURCE_CURSOR_EXPIRED',
    });
  });

  it('is retryable when not all drives were searched', async () => {
    api.incompleteSearch = true;
    const error = await readerOf().failure();
    expect(error).toBeInstanceOf(Retryable);
    expect(error).toMatchObject({ code: 'SOURCE_QUERY_FAILED', message: expect.stringContaining('driveId') });
  });

  it.each<[string, object]>([
    ['another JSON', []],
    ['a page of changes without a token', { changes: [] }],
    ['a page that leads to itself', { changes: [], nextPageToken: '7' }],
  ])('is retryable when the response is %s', async (_what, body) => {
    api.fault({ status: 200, body }, 'always');
    const error = await readerOf().failure({ cursor: { changes: '7' } });
    expect(error).toMatchObject({ code: 'SOURCE_INVALID_RESPONSE', retryable: true });
  });

  it('is a problem of one file when its change lacks the current state', async () => {
    api.fault({ status: 200, body: { changes: [{ changeType: 'file', fileId: 'a' }], newStartPageToken: '8' } });
    const { pages, cursor } = await readerOf().read({ cursor: { changes: '7' } });
    expect(pages[0]!.problems).toEqual([expect.objectContaining({ code: 'OBJECT_INVALID', externalId: 'a' })]);
    expect(cursor).toEqual({ changes: '8' });
  });
});

describe('the credential of google-drive', () => {
  it('is renewed when its token expires during a read', async () => {
    await using credential = oauthCredential(api);
    connection = { ...connection, credential };
    for (const id of ['a', 'b', 'c', 'd']) api.put(id);
    const { ids } = await read({}, {}, (_page, at) => {
      if (at === 0) api.expireTokens();
    });
    expect(ids).toEqual(api.ids);
    expect(api.tokenRequests).toHaveLength(1);
  });

  it('has ended when it was revoked', async () => {
    await using credential = oauthCredential(api);
    connection = { ...connection, credential };
    api.revoke();
    const error = await readerOf().failure();
    expect(error).toBeInstanceOf(AuthExpired);
    expect(error).toMatchObject({ code: 'NO_ACCESS_TOKEN', message: expect.stringContaining('authorise') });
  });
});

describe('the check of google-drive', () => {
  it('says which user, drive and folder were reached', async () => {
    api.addDrive('team', 'Team');
    api.put('f1', { driveId: 'team', name: 'Plans', mimeType: 'application/vnd.google-apps.folder' });
    await using opened = await open({ driveId: 'team', folder: 'f1' });
    const message = 'Google Drive as ada@example.com, the shared drive Team, the folder Plans';
    expect(await opened.source.check(signal)).toEqual({ ok: true, message });
  });

  it('reports all problems at once', async () => {
    await using opened = await open({ driveId: 'nowhere', folder: 'nothing' });
    const result = await opened.source.check(signal);
    expect(result).toMatchObject({ ok: false, problems: [{ field: 'driveId' }, { field: 'folder' }] });
  });

  it('names the missing scope', async () => {
    api.scopes = ['https://www.googleapis.com/auth/calendar'];
    await using opened = await open();
    const problem = { code: 'SOURCE_FORBIDDEN', message: expect.stringContaining('auth/drive.readonly') };
    expect(await opened.source.check(signal)).toEqual({ ok: false, problems: [problem] });
  });
});
