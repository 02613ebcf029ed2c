import { afterEach, describe, expect, it } from '@jest/globals';
import { Retryable, Terminal } from '@tidemark/resilience';
import { NotionApi, notionError } from '@tidemark/test-kit/apis';
import type { Page, SourceRecord } from '@tidemark/connector-sdk';
import { idsOf, Reader, type Reading, TestToken } from '@tidemark/connector-sdk/testing';
import { connector } from './notion.connector.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2024-03-01T00:00:00Z');
const apis: NotionApi[] = [];
afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});

/** A workspace with a stopped clock, and readers like a runner's: each read opens a new connector. */
async function notion() {
  const api = await new NotionApi().listen();
  apis.push(api);
  const clock = { time: START + 1000 * HOUR };
  api.now = () => clock.time;
  const token = new TestToken();
  api.accept(token.accepted);
  const reader = (object: string, config: object = {}) => {
    const connection = { config: { apiUrl: api.origin, ...config }, credential: token };
    return new Reader({ connector, object }, { connection });
  };
  return { api, clock, workspace: api.workspace, reader };
}

const range = (count: number) => Array.from({ length: count }, (_none, at) => at);
const problemsOf = ({ pages }: Reading) => pages.flatMap(({ problems }) => problems);
const repeated = (records: readonly SourceRecord[]) => {
  const ids = idsOf(records);
  return new Set(ids.filter((id, at) => ids.indexOf(id) !== at));
};

describe('lists whose cursors Notion forgets', () => {
  const forgetting = (api: NotionApi) => ({
    onPage: ({ records }: Page) => {
      if (records.length > 0) api.lists.forgetCursors();
    },
  });

  for (const where of ['a database', 'the search'])
    it(`gives every page of ${where}, and twice only what was edited in the minute where it went on`, async () => {
      const { api, workspace, reader } = await notion();
      const database = workspace.addDatabase({ at: START });
      const parent = where === 'a database' ? { parent: database.dataSource } : {};
      // Three pages a minute, and reads of five: most end within a minute.
      const ids = range(25).map((number) =>
        workspace.addPage({ at: START + Math.floor(number / 3) * 10 * MINUTE, ...parent }),
      );
      const config = where === 'a database' ? { databases: [database.id] } : {};
      const { pages, records } = await reader('pages', config).read({}, forgetting(api));
      expect(new Set(idsOf(records))).toEqual(new Set(ids));
      const ends = pages.map((page) => page.records.at(-1)?.updatedAt);
      const again = repeated(records);
      expect(records.filter(({ externalId, updatedAt }) => again.has(externalId) && !ends.includes(updatedAt))).toEqual(
        [],
      );
    });

  for (const object of ['pages', 'blocks'])
    it(`ends when Notion takes none of the cursors that it gives (${object})`, async () => {
      const { api, workspace, reader } = await notion();
      const pages = range(8).map(() => workspace.addPage({ at: START }));
      range(8).forEach(() => workspace.addBlock({ parent: pages[0]!, at: START }));
      api.lists.remembers = false;
      const failure = await reader(object).failure();
      expect(failure).toBeInstanceOf(Retryable);
      expect(failure).toMatchObject({ code: 'SOURCE_INVALID_RESPONSE', message: expect.stringMatching(/cursors/) });
    });

  it('returns every block once, including nested ones', async () => {
    const { api, workspace, reader } = await notion();
    const page = workspace.addPage({ at: START });
    const ids = range(23).map(() => workspace.addBlock({ parent: page, at: START }));
    ids.push(...range(13).map(() => workspace.addBlock({ parent: ids[7]!, at: START })));
    const options = forgetting(api);
    const { records } = await reader('blocks').read({}, options);
    expect(idsOf(records)).toEqual(ids.sort());
  });
});

describe('more results than one query returns', () => {
  it('are read by another query from the last minute seen', async () => {
    const { api, workspace, reader } = await notion();
    const { id, dataSource } = workspace.addDatabase({ at: START });
    const ids = range(35).map((number) => workspace.addPage({ at: START + number * MINUTE, parent: dataSource }));
    api.lists.limit = 10;
    const { records } = await reader('pages', { databases: [id] }).readInPieces();
    expect(new Set(idsOf(records))).toEqual(new Set(ids));
  });

  it('fail when a single minute has more', async () => {
    const { api, workspace, reader } = await notion();
    const { id, dataSource } = workspace.addDatabase({ at: START });
    range(15).forEach(() => workspace.addPage({ at: START, parent: dataSource }));
    api.lists.limit = 10;
    const failure = await reader('pages', { databases: [id] }).failure();
    expect(failure).toBeInstanceOf(Terminal);
    expect(failure).toMatchObject({ code: 'SOURCE_RESPONSE_TOO_LARGE', message: expect.stringContaining(dataSource) });
  });

  it('are reported as a problem of a truncated search', async () => {
    const { api, workspace, reader } = await notion();
    range(15).forEach((number) => workspace.addPage({ at: START + number * HOUR }));
    api.lists.limit = 10;
    const reading = await reader('pages').read();
    expect(reading.records).toHaveLength(10);
    expect(problemsOf(reading)).toMatchObject([{ code: 'SOURCE_RESULT_CUT_OFF' }]);
  });
});

describe('an incremental read', () => {
  for (const object of ['pages', 'databases', 'blocks'])
    it(`brings no ${object} again that were read after their minute was over`, async () => {
      const { workspace, reader } = await notion();
      const { dataSource } = workspace.addDatabase({ at: START });
      const page = workspace.addPage({ parent: dataSource, at: START });
      workspace.addBlock({ parent: page, at: START });
      const first = await reader(object).read();
      expect(first.records).toHaveLength(1);
      expect((await reader(object).read({ cursor: first.cursor })).records).toEqual([]);
    });

  it('returns objects edited again in the minute in which they were read', async () => {
    const { clock, workspace, reader } = await notion();
    const page = workspace.addPage();
    const block = workspace.addBlock({ parent: page });
    const first = { pages: await reader('pages').read(), blocks: await reader('blocks').read() };
    clock.time += 20_000;
    workspace.edit(block);
    clock.time += 10 * MINUTE;
    const second = await reader('pages').read({ cursor: first.pages.cursor });
    expect(idsOf(second.records)).toEqual([page]);
    expect(idsOf((await reader('blocks').read({ cursor: first.blocks.cursor })).records)).toEqual([block]);
    expect((await reader('pages').read({ cursor: second.cursor })).records).toEqual([]);
  });

  it('reports trashed pages once, of named databases', async () => {
    const { clock, workspace, reader } = await notion();
    const { id, dataSource } = workspace.addDatabase({ at: START });
    const [gone] = range(3).map((number) => workspace.addPage({ at: START + number * HOUR, parent: dataSource }));
    const pages = reader('pages', { databases: [id.replaceAll('-', '')] });
    const first = await pages.read();
    workspace.trash(gone!);
    clock.time += 10 * MINUTE;
    const second = await pages.readInPieces({ cursor: first.cursor });
    expect(second.records).toMatchObject([{ externalId: gone, deleted: true }]);
    expect((await pages.read({ cursor: second.cursor })).records).toEqual([]);
  });

  it('returns only the edited blocks of an edited page', async () => {
    const { clock, workspace, reader } = await notion();
    const page = workspace.addPage({ at: START });
    const [outer] = range(5).map(() => workspace.addBlock({ parent: page, at: START }));
    const inner = workspace.addBlock({ parent: outer!, at: START });
    workspace.get(page).editedAt = START + HOUR;
    const { cursor } = await reader('blocks').read();
    clock.time += HOUR;
    workspace.edit(inner);
    workspace.get(outer!).editedAt = START;
    expect(idsOf((await reader('blocks').read({ cursor })).records)).toEqual([inner]);
  });
});

describe('blocks', () => {
  it('are read down to maxDepth; deeper ones are a problem', async () => {
    const { workspace, reader } = await notion();
    const page = workspace.addPage({ at: START });
    const ids: string[] = [];
    for (let parent = page; ids.length < 6; parent = ids.at(-1)!) ids.push(workspace.addBlock({ parent, at: START }));
    const reading = await reader('blocks', { maxDepth: 4 }).readInPieces();
    expect(reading.records.map(({ externalId }) => externalId)).toEqual(ids.slice(0, 4));
    expect(reading.records.map(({ data }) => data['page_id'])).toEqual(Array(4).fill(page));
    expect(problemsOf(reading)).toMatchObject([{ code: 'OBJECT_TOO_DEEP', externalId: ids[3] }]);
    expect(problemsOf(await reader('blocks').readInPieces())).toEqual([]);
  });

  it('of a copy belong to the original, and those of a nested page to that page', async () => {
    const { workspace, reader } = await notion();
    const page = workspace.addPage({ at: START });
    const original = workspace.addBlock({ parent: page, at: START, type: 'synced_block' });
    const shared = workspace.addBlock({ parent: original, at: START });
    const copy = workspace.addBlock({ parent: page, at: START, type: 'synced_block', syncedFrom: original });
    const child = workspace.addPage({ parent: page, at: START });
    const own = workspace.addBlock({ parent: child, at: START });
    const { records } = await reader('blocks').read();
    expect(idsOf(records)).toEqual([original, shared, copy, own].sort());
  });

  it('of a page hidden meanwhile are a problem, and the others continue', async () => {
    const { api, workspace, reader } = await notion();
    const pages = range(3).map((number) => workspace.addPage({ at: START + number * HOUR }));
    const blocks = pages.map((parent) => workspace.addBlock({ parent, at: START }));
    const reading = await reader('blocks').read({}, { onPage: (_page, at) => void (at || api.hidden.add(pages[1]!)) });
    expect(idsOf(reading.records)).toEqual([blocks[0], blocks[2]]);
    expect(problemsOf(reading)).toMatchObject([{ code: 'SOURCE_NOT_FOUND', externalId: pages[1] }]);
  });
});

describe('databases', () => {
  it('that were never found fail the read, with their name', async () => {
    const { api, workspace, reader } = await notion();
    const [one, two] = [workspace.addDatabase({ at: START }), workspace.addDatabase({ at: START })];
    api.hidden.add(two.id);
    const failure = await reader('pages', { databases: [one.id, two.id] }).failure();
    expect(failure).toBeInstanceOf(Terminal);
    expect(failure).toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      field: 'databases',
      message: expect.stringContaining(two.id),
    });
  });

  it('that are gone are a problem while the others continue', async () => {
    const { api, clock, workspace, reader } = await notion();
    const [one, two] = [workspace.addDatabase({ at: START }), workspace.addDatabase({ at: START })];
    const pages = reader('pages', { databases: [one.id, two.id] });
    const { cursor } = await pages.read();
    api.hidden.add(one.id);
    clock.time += HOUR;
    const page = workspace.addPage({ parent: two.dataSource });
    const second = await pages.readInPieces({ cursor });
    expect(problemsOf(second)).toMatchObject([{ code: 'SOURCE_NOT_FOUND', externalId: one.id }]);
    expect(idsOf(second.records)).toEqual([page]);
    api.hidden.add(two.id);
    expect(await pages.failure({ cursor })).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('with a deleted data source are read without it, which is a problem', async () => {
    const { api, workspace, reader } = await notion();
    const one = workspace.addDatabase({ at: START });
    const second = workspace.addDataSource({ at: START, parent: one.id });
    workspace.addPage({ at: START, parent: second });
    const config = { databases: [one.id] };
    const { cursor } = await reader('pages', config).read();
    api.hidden.add(one.dataSource);
    expect(await reader('pages', config).failure()).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    const later = await reader('pages', config).readInPieces({ cursor });
    expect(problemsOf(later)).toMatchObject([{ code: 'SOURCE_NOT_FOUND', externalId: one.dataSource }]);
    expect(later.cursor).toEqual(cursor);
  });

  it('are read with each of their data sources', async () => {
    const { workspace, reader } = await notion();
    const one = workspace.addDatabase({ at: START });
    const second = workspace.addDataSource({ at: START, parent: one.id });
    const pages = [one.dataSource, second].map((parent) => workspace.addPage({ parent, at: START }));
    const config = { databases: [one.id] };
    expect(idsOf((await reader('databases', config).readInPieces()).records)).toEqual([one.dataSource, second]);
    expect(idsOf((await reader('pages', config).readInPieces()).records)).toEqual(pages);
  });
});

describe('limits', () => {
  it('retry after a conflict', async () => {
    const { api, reader } = await notion();
    api.fault(notionError(409, 'conflict_error', 'Conflict occurred while saving.'), 'always');
    expect(await reader('pages').failure()).toBeInstanceOf(Retryable);
  });

  it('treat an overload (529) as retryable, with its Retry-After', async () => {
    const { api, reader } = await notion();
    api.fault(notionError(529, 'service_overload', 'Notion is overloaded.', 40), 'always');
    const failure = await reader('pages').failure();
    expect(failure).toBeInstanceOf(Retryable);
    expect(Math.round((failure as Retryable).retryAfterMs! / 5000)).toBe(8);
  });

  it('report why Notion refuses a request', async () => {
    const { api, reader } = await notion();
    api.fault(notionError(400, 'validation_error', 'body failed validation.'), 'always');
    const failure = await reader('pages').failure();
    expect(failure).toMatchObject({
      code: 'SOURCE_REQUEST_REFUSED',
      message: expect.stringMatching(/failed validation/),
    });
  });
});
