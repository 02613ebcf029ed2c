import { describe, expect, it } from '@jest/globals';
import type { Page } from '@tidemark/connector-sdk';
import { serve, type Answered, type Asked } from './testing/published.js';
import { idsOf, problemsOf, readPages } from './testing/read.js';

const paged = { pagination: { kind: 'cursor', next: 'next', param: 'after' }, records: 'data' };
const objects = [
  { name: 'comments', path: '/orgs/{org}/repos/{id}/comments', ...paged, parent: { object: 'repos', field: 'repo', scoped: true } },
  { name: 'repos', path: '/orgs/{id}/repos', ...paged, parent: { object: 'orgs', field: 'org' } },
  { name: 'orgs', path: '/orgs', ...paged },
]; // prettier-ignore

/** Four organisations, of which each second one has no repositories; three repositories with up to four comments, two a page. */
function answer({ path, query }: Asked): Answered {
  const [, , org, , repo, comments] = path.split('/');
  const all = comments ? Array.from({ length: Number(repo!.at(-1)) + 1 }, (_, n) => `c${n}`) : org ? (Number(org.at(-1)) % 2 ? [] : [0, 1, 3].map((n) => `${org}r${n}`)) : ['o0', 'o1', 'o2', 'o3']; // prettier-ignore
  const start = Number(query.get('after') ?? 0);
  const data = all.slice(start, start + 2).map((id) => ({ id }));
  return [200, { data, next: start + 2 < all.length ? String(start + 2) : null }];
}

const expected = ['o0', 'o2'].flatMap((org) => [0, 1, 3].flatMap((repo) => Array.from({ length: repo + 1 }, (_, n) => `${org}r${repo}/c${n}`))); // prettier-ignore

describe('objects with several levels of parents', () => {
  it('are read for every parent of every parent, in order', async () => {
    await using server = await serve(answer);
    const pages = await readPages({ baseUrl: server.url, objects }, 'comments');
    expect(idsOf(pages)).toEqual(expected);
    expect(problemsOf(pages)).toEqual([]);
    expect(pages.map(({ hasMore }) => hasMore)).toEqual(pages.map((_page, at) => at < pages.length - 1));
    expect(pages[0]!.records[0]!.data).toEqual({ id: 'c0', repo: 'o0r0' });
  });

  it('can be resumed after every page', async () => {
    await using server = await serve(answer);
    const pieces: Page[] = [];
    do
      pieces.push(...(await readPages({ baseUrl: server.url, objects }, 'comments', { cursor: pieces.at(-1)?.cursor ?? null }, 1))); // prettier-ignore
    while (pieces.at(-1)!.hasMore);
    expect(idsOf(pieces)).toEqual(expected);
  });

  it('continue from cursors of reads with one level, as earlier versions wrote them', async () => {
    await using server = await serve(answer);
    const earlier = { version: 1, object: 'repos', started: '2026-01-01T00:00:00.000Z', at: { page: { token: '2' }, parents: { page: null, id: 'o0' } } }; // prettier-ignore
    const pages = await readPages({ baseUrl: server.url, objects }, 'repos', { cursor: earlier });
    expect(idsOf(pages)).toEqual(['o0r3', 'o2r0', 'o2r1', 'o2r3']);
  });

  it.each([
    [{}, 8],
    [{ limits: { inFlight: 3 } }, 3],
  ])('are requested side by side, within the limit: %j', async (config, most) => {
    const parents = Array.from({ length: 20 }, (_, n) => ({ id: n }));
    let running = 0;
    let peak = 0;
    const gate = Promise.withResolvers<void>();
    await using server = await serve(async ({ path }) => {
      if (path === '/parents') return [200, parents];
      peak = Math.max(peak, ++running);
      if (running === most) gate.resolve();
      await gate.promise;
      running--;
      return [200, [{ id: path }]];
    });
    const family = [{ name: 'items', path: '/parents/{id}', parent: { object: 'parents' } }, { name: 'parents', path: '/parents' }]; // prettier-ignore
    const pages = await readPages({ baseUrl: server.url, ...config, objects: family });
    expect(idsOf(pages)).toEqual(parents.map(({ id }) => `/parents/${id}`));
    expect(peak).toBe(most);
  });

  it('end requests in flight when a reader stops', async () => {
    const parents = Array.from({ length: 20 }, (_, n) => ({ id: n }));
    const never = new Promise<Answered>(() => {});
    await using server = await serve(async ({ path }) => (path === '/parents' ? [200, parents] : path.endsWith('/0') ? [200, [{ id: 1 }]] : never)); // prettier-ignore
    const family = [{ name: 'items', path: '/parents/{id}', parent: { object: 'parents' } }, { name: 'parents', path: '/parents' }]; // prettier-ignore
    expect(idsOf(await readPages({ baseUrl: server.url, objects: family }, 'items', {}, 1))).toEqual(['1']);
  });

  it('restart only the children whose page token is refused', async () => {
    let refusals = 1;
    await using server = await serve((asked) => (asked.path.includes('o2r3') && asked.query.get('after') === '2' && refusals-- > 0 ? [410, {}] : answer(asked))); // prettier-ignore
    const pages = await readPages({ baseUrl: server.url, objects }, 'comments');
    expect(idsOf(pages)).toEqual([...expected.slice(0, -2), 'o2r3/c0', 'o2r3/c1', ...expected.slice(-2)]);
    expect(problemsOf(pages)).toMatchObject([{ code: 'READ_RESTARTED' }]);
  });
});
