import { afterEach, describe, expect, it } from '@jest/globals';
import { RateLimited, Terminal } from '@tidemark/resilience';
import { GithubApi, secondaryLimit, type GithubRepository } from '@tidemark/test-kit/apis';
import type { Cursor } from '@tidemark/contracts';
import type { Page, ReadRequest, SourceRecord } from '../sdk/source.js';
import { openForTest, TestToken } from '../testing/conformance.js';
import { githubConnector } from './github.connector.js';

const HOUR = 3_600_000;
const START = Date.parse('2024-03-01T00:00:00Z');
const apis: GithubApi[] = [];
afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});

type Request = Partial<ReadRequest> & { readonly object: string; readonly branch?: string };

/** A GitHub with the named repositories, and how a runner reads it: each read opens everything anew. */
async function github(...names: string[]) {
  const api = await new GithubApi().listen();
  apis.push(api);
  const token = new TestToken();
  api.accept(token.accepted);
  const repositories = names.map((name) => api.addRepository(name));
  const config = { apiUrl: api.origin, repositories: names };
  const read = async ({ branch, ...request }: Request, limit = Infinity) => {
    const connection = { config: { ...config, ...(branch && { branch }) }, credential: token };
    await using opened = await openForTest(githubConnector, 'source', connection);
    const pages: Page[] = [];
    for await (const page of opened.source.read({ signal: new AbortController().signal, ...request })) {
      pages.push(page);
      if (pages.length >= limit) break;
    }
    const cursor = JSON.parse(JSON.stringify(pages.at(-1)!.cursor)) as Cursor;
    return { pages, cursor, records: pages.flatMap(({ records }) => records) };
  };
  const readInPieces = async (request: Request, onPage = () => {}) => {
    const records: SourceRecord[] = [];
    for (let cursor = request.cursor ?? null; ;) {
      const piece = await read({ ...request, cursor }, 1);
      records.push(...piece.records);
      onPage();
      if (!piece.pages[0]!.hasMore) return { records, cursor: piece.cursor };
      cursor = piece.cursor;
    }
  };
  return { api, token, repositories: repositories as [GithubRepository, ...GithubRepository[]], read, readInPieces };
}

const numbers = (records: readonly SourceRecord[]) => records.map(({ data }) => data['number']);
const messages = (records: readonly SourceRecord[]) =>
  records.map(({ data }) => (data['commit'] as { message: string }).message.replace('Commit ', ''));

describe('issues and pull requests', () => {
  for (const object of ['issues', 'pull_requests'] as const) {
    it(`asks one question of the ${object} of a repository without news, which costs nothing`, async () => {
      const { api, repositories, read } = await github('a/one', 'a/two');
      for (const repository of repositories)
        for (let at = 0; at < 3; at++) repository.addIssue({ at: START + at * HOUR });
      repositories[1]!.addPullRequest({ at: START });
      const { cursor } = await read({ object });
      const { remaining } = api;
      api.requests.length = 0;
      const again = await read({ object, cursor });
      expect(again.pages).toEqual([{ records: [], problems: [], cursor, hasMore: false }]);
      expect(api.requests).toHaveLength(2);
      expect(api.remaining).toBe(remaining);
    });

    it(`gives every one of the ${object} when others change between the pages`, async () => {
      const { repositories, readInPieces } = await github('a/one');
      const [repository] = repositories;
      for (let at = 0; at < 40; at++)
        if (object === 'issues') repository.addIssue({ at: START + at * HOUR });
        else repository.addPullRequest({ at: START + at * HOUR });
      // Each page, the oldest one that nobody has touched changes, and a new one comes in.
      let touched = 0;
      const { records, cursor } = await readInPieces({ object, pageSize: 4 }, () => {
        if (touched >= 8) return;
        repository.touch(repository.items[touched++]!.id!);
        if (object === 'pull_requests') repository.addPullRequest();
      });
      expect(new Set(numbers(records))).toEqual(new Set(Array.from({ length: 40 }, (_, at) => at + 1)));
      const later = await readInPieces({ object, cursor });
      const known = [...records, ...later.records];
      for (const { number, title } of repository.items)
        expect(known.findLast(({ data }) => data['number'] === number)?.data['title']).toBe(title);
    });
  }

  it('reads issues that all changed in the same second, more than a page of them', async () => {
    const { repositories, readInPieces } = await github('a/one');
    for (let at = 0; at < 30; at++) repositories[0].addIssue({ at: START + (at < 25 ? 0 : at * HOUR) });
    const { records } = await readInPieces({ object: 'issues', pageSize: 4 });
    expect(numbers(records)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  });

  it('takes a repository without issues, by its settings, as one that has none', async () => {
    const { repositories, read } = await github('a/one');
    repositories[0].hasIssues = false;
    expect((await read({ object: 'issues' })).records).toEqual([]);
  });
});

describe('commits', () => {
  const history = (repository: GithubRepository, count: number) => {
    for (let made = 0; made < count; made++) repository.commit({ at: START + made * HOUR });
  };

  it('reads a branch as it was when the read began, in pieces, though it grows meanwhile', async () => {
    const { repositories, readInPieces } = await github('a/one');
    const [repository] = repositories;
    history(repository, 20);
    const { records, cursor } = await readInPieces({ object: 'commits', pageSize: 3 }, () => void repository.commit());
    expect(messages(records)).toEqual(Array.from({ length: 20 }, (_, at) => `${20 - at}`));
    expect(records[0]).toMatchObject({
      externalId: expect.stringMatching(/^a\/one@[0-9a-f]{40}$/),
      objectType: 'commits',
    });
    const later = await readInPieces({ object: 'commits', pageSize: 3, cursor });
    expect(messages(later.records)).toEqual(Array.from({ length: 7 }, (_, at) => `${21 + at}`));
  });

  it('finds merged work that is older than the last commit read', async () => {
    const { repositories, read } = await github('a/one');
    const [repository] = repositories;
    history(repository, 5);
    const root = repository.branches.get('main')!;
    const first = await read({ object: 'commits' });
    const work = repository.commit({ branch: 'work', at: START - 9 * HOUR, parents: [root] });
    repository.commit({ parents: [root, work] });
    expect(messages((await read({ object: 'commits', cursor: first.cursor })).records)).toEqual(['6', '7']);
  });

  it('asks nothing more of a branch that stands still', async () => {
    const { api, repositories, read } = await github('a/one');
    history(repositories[0], 5);
    const { cursor } = await read({ object: 'commits' });
    const { remaining } = api;
    expect((await read({ object: 'commits', cursor })).pages).toEqual([
      { records: [], problems: [], cursor, hasMore: false },
    ]);
    expect(api.remaining).toBe(remaining);
  });

  it('reads on by date when a forced push made GitHub forget where it was', async () => {
    const { repositories, read } = await github('a/one');
    const [repository] = repositories;
    history(repository, 300);
    const { cursor } = await read({ object: 'commits' });
    const kept = repository.log(repository.branches.get('main')!)[1]!.sha!;
    repository.branches.set('main', kept);
    repository.commit({ at: START + 300 * HOUR });
    repository.prune();
    const { records } = await read({ object: 'commits', cursor });
    expect(messages(records)[0]).not.toBe('300');
    expect(records.length).toBeGreaterThan(0);
    expect(records.length).toBeLessThan(300);
  });

  it('reads what was committed in a window, on the branch that is configured', async () => {
    const { repositories, readInPieces } = await github('a/one');
    history(repositories[0], 10);
    repositories[0].commit({ branch: 'next', at: START + 4 * HOUR, parents: [repositories[0].branches.get('main')!] });
    const window = { from: '2024-03-01T03:00:00Z', to: '2024-03-01T06:00:00Z' };
    const { records } = await readInPieces({ object: 'commits', window, branch: 'next', pageSize: 2 });
    expect(messages(records).sort()).toEqual(['11', '4', '5', '6']);
  });

  it('names a commit without a sha as a problem, and reads on; an empty repository has none', async () => {
    const { api, repositories, read } = await github('a/one', 'a/empty');
    history(repositories[0], 3);
    api.slowAbove = 40;
    const sha = repositories[0].branches.get('main')!;
    repositories[0].commit({ withoutId: true, at: START, parents: [] });
    repositories[0].commit({ parents: [sha, repositories[0].branches.get('main')!] });
    const { pages, records } = await read({ object: 'commits' });
    expect(records).toHaveLength(4);
    expect(pages.flatMap(({ problems }) => problems)).toMatchObject([{ code: 'OBJECT_MISSING_ID', field: 'sha' }]);
  });
});

describe('repositories', () => {
  it('follows one that was renamed', async () => {
    const { api, repositories, read } = await github('a/one');
    repositories[0].addIssue({ at: START });
    const { cursor } = await read({ object: 'issues' });
    api.rename(repositories[0], 'b/new');
    repositories[0].addIssue({ at: START + HOUR });
    expect(numbers((await read({ object: 'issues', cursor })).records)).toContain(2);
  });

  it('names one that was never found, and reads nothing', async () => {
    const { api, repositories, read } = await github('a/one', 'a/two');
    api.remove(repositories[1]!);
    const failure = await read({ object: 'issues' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Terminal);
    expect(failure).toMatchObject({ code: 'SOURCE_NOT_FOUND', field: 'repositories', message: /a\/two/ });
  });

  it('names one that has gone as a problem while the others go on, and takes it up where it was', async () => {
    const { api, repositories, read } = await github('a/one', 'a/two');
    for (const repository of repositories) repository.addIssue({ at: START });
    const first = await read({ object: 'issues' });
    api.remove(repositories[0]);
    repositories[1]!.addIssue({ at: START + HOUR });
    const second = await read({ object: 'issues', cursor: first.cursor });
    expect(second.pages.flatMap(({ problems }) => problems)).toMatchObject([
      { externalId: 'a/one', code: 'SOURCE_NOT_FOUND' },
    ]);
    expect(numbers(second.records)).toContain(2);
    const progress = ({ cursor }: { cursor: Cursor }) => (cursor['repositories'] as Record<string, unknown>)['a/one'];
    expect(progress(second)).toEqual(progress(first));
  });

  it('fails when none of them can be found any more', async () => {
    const { api, repositories, read } = await github('a/one', 'a/two');
    const { cursor } = await read({ object: 'issues' });
    for (const repository of repositories) api.remove(repository);
    await expect(read({ object: 'issues', cursor })).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('reads those added to the config from their beginning, and the others on', async () => {
    const { api, read, repositories } = await github('a/one', 'a/two');
    repositories.forEach((repository) => repository.addIssue({ at: START }));
    const { cursor } = await read({ object: 'issues' });
    const { 'a/one': _one, ...others } = cursor['repositories'] as Record<string, unknown>;
    api.requests.length = 0;
    const { records } = await read({ object: 'issues', cursor: { ...cursor, repositories: others } });
    expect(records.map(({ data }) => data['repository'])).toEqual(['a/one']);
  });
});

describe('limits', () => {
  it('stops until the allowance is renewed', async () => {
    const { api, read } = await github('a/one');
    api.remaining = 0;
    const failure = await read({ object: 'issues' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RateLimited);
    expect(Math.abs((failure as RateLimited).until - api.resetAt)).toBeLessThan(5000);
  });

  for (const seconds of [120, undefined])
    it(`takes a secondary limit ${seconds ? 'with' : 'without'} Retry-After for what it is`, async () => {
      const { api, read } = await github('a/one');
      api.fault(secondaryLimit(seconds), 'always');
      const before = Date.now();
      const failure = await read({ object: 'issues' }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RateLimited);
      const rest = (failure as RateLimited).until - before;
      expect(Math.round(rest / 10_000) * 10).toBe(seconds ?? 60);
    });
});
