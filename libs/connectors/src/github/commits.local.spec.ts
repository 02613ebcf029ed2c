import { describe, expect, it } from '@jest/globals';
import type { GithubRepository } from '@tidemark/test-kit/apis';
import type { SourceRecord } from '@tidemark/connector-sdk';
import { HOUR, problemsOf, range, readWhile, smallGithub, START } from './testing/small-github.js';

/** Commits are an hour apart and named 1, 2, … */
const history = (repository: GithubRepository, count: number) =>
  range(count).forEach((made) => repository.commit({ at: START + made * HOUR }));
const messages = (records: readonly SourceRecord[]) =>
  records.map(({ data }) => Number((data['commit'] as { message: string }).message.replace('Commit ', '')));

describe('the commits of a branch', () => {
  it('are read as of the start of the read, in chunks, though it grows meanwhile', async () => {
    const { repositories, reader } = await smallGithub('a/one');
    const [repository] = repositories;
    history(repository, 20);
    const commits = reader('commits');
    const { records, cursor } = await readWhile(commits, { pageSize: 3 }, () => void repository.commit());
    expect(messages(records)).toEqual(range(20).map((at) => 20 - at));
    const externalId = expect.stringMatching(/^a\/one@[0-9a-f]{40}$/);
    expect(records[0]).toMatchObject({ externalId, objectType: 'commits', updatedAt: '2024-03-01T19:00:00Z' });
    const later = await commits.readInPieces({ pageSize: 3, cursor });
    expect(messages(later.records)).toEqual(range(7).map((at) => 21 + at));
  });

  it('are requested in smaller pages when large ones time out, each once', async () => {
    const { api, repositories, reader } = await smallGithub('a/one');
    history(repositories[0], 90);
    const begun = await reader('commits').read({ pageSize: 50 }, { pages: 1 });
    api.slowAbove = 30;
    const { records } = await reader('commits').read({ pageSize: 50, cursor: begun.cursor });
    expect(messages([...begun.records, ...records])).toEqual(range(90).map((at) => 90 - at));
  });

  it('include merged work that is older than the last commit read', async () => {
    const { repositories, reader } = await smallGithub('a/one');
    const [repository] = repositories;
    history(repository, 5);
    const root = repository.branches.get('main')!;
    const { cursor } = await reader('commits').read();
    const work = repository.commit({ branch: 'work', at: START - 9 * HOUR, parents: [root] });
    repository.commit({ parents: [root, work] });
    expect(messages((await reader('commits').read({ cursor })).records).sort()).toEqual([6, 7]);
  });

  it('cost nothing when the branch is unchanged', async () => {
    const { api, repositories, reader } = await smallGithub('a/one');
    history(repositories[0], 5);
    const { cursor } = await reader('commits').read();
    const { remaining } = api;
    const { pages } = await reader('commits').read({ cursor });
    expect(pages).toEqual([{ records: [], problems: [], cursor, hasMore: false }]);
    expect(api.remaining).toBe(remaining);
  });

  it('are read by date when a forced push made GitHub forget the end of the previous read', async () => {
    const { repositories, reader } = await smallGithub('a/one');
    const [repository] = repositories;
    history(repository, 300);
    const { cursor } = await reader('commits').read();
    repository.branches.set('main', repository.log(repository.branches.get('main')!)[1]!.sha!);
    repository.commit({ at: START + 300 * HOUR });
    repository.prune();
    const { records } = await reader('commits').readInPieces({ cursor, pageSize: 50 });
    // The new one, and those of the seven days before the lost one.
    expect(messages(records)).toEqual([301, ...range(168).map((at) => 299 - at)]);
  });

  it('are read within a window, on the configured branch', async () => {
    const { repositories, reader } = await smallGithub('a/one');
    const [repository] = repositories;
    history(repository, 10);
    repository.commit({ branch: 'next', at: START + 4 * HOUR, parents: [repository.branches.get('main')!] });
    const window = { from: '2024-03-01T03:00:00Z', to: '2024-03-01T06:00:00Z' };
    const { records } = await reader('commits', { branch: 'next' }).readInPieces({ window, pageSize: 2 });
    expect(new Set(messages(records))).toEqual(new Set([4, 5, 6, 11]));
    expect(records).toHaveLength(4);
  });

  it('are none in an empty repository; one without a sha is a problem, and the others continue', async () => {
    const { repositories, reader } = await smallGithub('a/empty', 'a/one');
    const [, repository] = repositories;
    history(repository!, 3);
    const main = repository!.branches.get('main')!;
    const nameless = repository!.commit({ withoutId: true, at: START, parents: [] });
    repository!.commit({ parents: [main, nameless] });
    const reading = await reader('commits').readInPieces();
    expect(reading.records).toHaveLength(4);
    expect(problemsOf(reading)).toMatchObject([{ code: 'OBJECT_MISSING_ID', field: 'sha' }]);
  });
});
