import { describe, expect, it } from '@jest/globals';
import { AuthExpired, RateLimited, Terminal } from '@tidemark/resilience';
import { secondaryLimit } from '@tidemark/test-kit/apis';
import { HOUR, numbers, problemsOf, range, readWhile, smallGithub, START } from './testing/small-github.js';

describe('issues and pull requests', () => {
  for (const object of ['issues', 'pull_requests'] as const) {
    it(`of repositories without news cost one question each, which GitHub does not count (${object})`, async () => {
      const { api, repositories, reader } = await smallGithub('a/one', 'a/two');
      for (const repository of repositories) range(3).forEach((at) => repository.addIssue({ at: START + at * HOUR }));
      repositories[1]!.addPullRequest({ at: START });
      const { cursor } = await reader(object).read();
      const { remaining } = api;
      api.requests.length = 0;
      const { pages } = await reader(object).read({ cursor });
      expect(pages).toEqual([{ records: [], problems: [], cursor, hasMore: false }]);
      expect(api.requests).toHaveLength(2);
      expect(api.remaining).toBe(remaining);
    });

    it(`are all read once, though some change and some are new between the pages (${object})`, async () => {
      const { api, repositories, reader } = await smallGithub('a/one');
      const [repository] = repositories;
      api.cursors = false;
      const add = (at?: number) => {
        const input = at === undefined ? {} : { at };
        return object === 'issues' ? repository.addIssue(input) : repository.addPullRequest(input);
      };
      range(40).forEach((at) => add(START + at * HOUR));
      let touched = 0;
      const { records, cursor } = await readWhile(reader(object), { pageSize: 4 }, () => {
        if (touched >= 8) return;
        repository.touch(repository.items[touched++]!.id!);
        repository.touch(repository.items[40 - touched]!.id!);
        if (object === 'pull_requests') range(3).forEach(() => add());
      });
      const read = new Set(numbers(records));
      expect(range(40).filter((at) => !read.has(at + 1))).toEqual([]);
      const states = records.map(({ data }) => `${String(data['number'])} ${String(data['title'])}`);
      expect(states.filter((state, at) => states.indexOf(state) !== at)).toEqual([]);
      const later = await reader(object).readInPieces({ cursor });
      const known = [...records, ...later.records];
      for (const { number, title } of repository.items)
        expect(known.findLast(({ data }) => data['number'] === number)?.data['title']).toBe(title);
    });
  }

  for (const cursors of [true, false])
    it(`are read where one second fills many pages, ${cursors ? 'by cursor' : 'by page number, as pages shrink'}`, async () => {
      const { api, repositories, reader } = await smallGithub('a/one');
      range(60).forEach((at) => repositories[0].addIssue({ at: START + (at < 50 ? 0 : at * HOUR) }));
      api.cursors = cursors;
      const issues = reader('issues');
      const begun = await issues.read({ pageSize: 8 }, { pages: 2 });
      api.slowAbove = cursors ? Infinity : 5;
      const { records } = await issues.readInPieces({ pageSize: 8, cursor: begun.cursor });
      expect(numbers([...begun.records, ...records])).toEqual(range(60).map((at) => at + 1));
    });

  it('are none if issues are disabled', async () => {
    const { repositories, reader } = await smallGithub('a/one');
    repositories[0].hasIssues = false;
    expect((await reader('issues').read()).records).toEqual([]);
  });

  it('are read deeper than page numbers reach', async () => {
    const { api, repositories, reader } = await smallGithub('a/one');
    range(45).forEach((at) => repositories[0].addIssue({ at: START + at * HOUR }));
    api.maxPagedItems = 20;
    expect((await reader('issues').readInPieces({ pageSize: 10 })).records).toHaveLength(45);
  });
});

describe('a repository', () => {
  it('that was renamed is followed', async () => {
    const { api, repositories, reader } = await smallGithub('a/one');
    repositories[0].addIssue({ at: START });
    const { cursor } = await reader('issues').read();
    api.rename(repositories[0], 'b/new');
    repositories[0].addIssue({ at: START + HOUR });
    const { records } = await reader('issues').read({ cursor });
    expect(records.map(({ data }) => [data['number'], data['repository']])).toContainEqual([2, 'a/one']);
  });

  it('that was never found fails the read, with its name', async () => {
    const { api, repositories, reader } = await smallGithub('a/one', 'a/two');
    api.remove(repositories[1]!);
    const failure = await reader('issues').failure();
    expect(failure).toBeInstanceOf(Terminal);
    expect(failure).toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      field: 'repositories',
      message: expect.stringContaining('a/two'),
    });
  });

  it('that is gone is a problem while the others continue, and is resumed later', async () => {
    const { api, repositories, reader } = await smallGithub('a/one', 'a/two');
    for (const repository of repositories) repository.addIssue({ at: START });
    const first = await reader('issues').read();
    api.remove(repositories[0]);
    repositories[1]!.addIssue({ at: START + HOUR });
    const second = await reader('issues').readInPieces({ cursor: first.cursor });
    expect(problemsOf(second)).toMatchObject([{ externalId: 'a/one', code: 'SOURCE_NOT_FOUND' }]);
    expect(numbers(second.records)).toContain(2);
    const progress = (cursor: unknown) => (cursor as { parts: Record<string, unknown> }).parts['a/one'];
    expect(progress(second.cursor)).toEqual(progress(first.cursor));
  });

  it('that is gone fails the read when no other is left', async () => {
    const { api, repositories, reader } = await smallGithub('a/one', 'a/two');
    const { cursor } = await reader('issues').read();
    for (const repository of repositories) api.remove(repository);
    expect(await reader('issues').failure({ cursor })).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('that is new in the config is read from its beginning, and the others continue', async () => {
    const { repositories, reader } = await smallGithub('a/one', 'a/two');
    for (const repository of repositories) repository.addIssue({ at: START });
    const { cursor } = await reader('issues', { repositories: ['a/two'] }).read();
    const { records } = await reader('issues').readInPieces({ cursor });
    expect(records.map(({ data }) => data['repository'])).toEqual(['a/one']);
  });
});

describe('limits', () => {
  it('end the read until they are reset', async () => {
    const { api, reader } = await smallGithub('a/one');
    api.remaining = 0;
    const failure = await reader('issues').failure();
    expect(failure).toBeInstanceOf(RateLimited);
    expect(Math.abs((failure as RateLimited).until - api.resetAt)).toBeLessThan(5000);
  });

  for (const seconds of [120, undefined])
    it(`of the second kind are understood ${seconds ? 'with' : 'without'} Retry-After`, async () => {
      const { api, reader } = await smallGithub('a/one');
      api.fault(secondaryLimit(seconds), 'always');
      const before = Date.now();
      const failure = await reader('issues').failure();
      expect(failure).toBeInstanceOf(RateLimited);
      expect(Math.round(((failure as RateLimited).until - before) / 10_000) * 10).toBe(seconds ?? 60);
    });
});

describe('an OAuth2 credential', () => {
  it('is renewed once when its token expires during a read', async () => {
    const { api, repositories, reader } = await smallGithub('a/one');
    range(12).forEach((at) => repositories[0].addIssue({ at: START + at * HOUR }));
    const onPage = (_page: unknown, at: number) => (at === 0 ? api.expireTokens() : undefined);
    expect((await reader('issues').read({}, { onPage })).records).toHaveLength(12);
    expect(api.tokenRequests).toHaveLength(1);
  });

  it('that cannot be renewed has ended', async () => {
    const { api, reader } = await smallGithub('a/one');
    api.revoke();
    const failure = await reader('issues').failure();
    expect(failure).toBeInstanceOf(AuthExpired);
    expect(failure).toMatchObject({ code: 'NO_ACCESS_TOKEN' });
  });
});
