import type { GithubCommit, GithubItem, GithubRepository } from './repository.js';

/** Part of a list, and the contents of its `Link` header besides the page number. */
export interface Slice<T> {
  readonly items: readonly T[];
  readonly page: number;
  readonly perPage: number;
  readonly total: number;
  /** Where the list continues, for lists that also page by cursor. */
  readonly after?: string;
}

/** A page number exceeds the limit of a list. */
export class TooDeep extends Error {}

export function slice<T>(all: readonly T[], query: URLSearchParams): Slice<T> {
  const { perPage, page } = paging(query);
  return { items: all.slice((page - 1) * perPage, page * perPage), page, perPage, total: all.length };
}

export function paging(query: URLSearchParams): { perPage: number; page: number } {
  const perPage = Math.min(Math.max(Number(query.get('per_page') ?? 30) || 30, 1), 100);
  return { perPage, page: Math.max(Number(query.get('page') ?? 1) || 1, 1) };
}

/** Issues, or pull requests, in the requested order. Its cursors name the last item seen, so that nothing shifts. */
export function listItems(
  items: readonly GithubItem[],
  query: URLSearchParams,
  maxPagedItems = Infinity,
): Slice<GithubItem> {
  const by = query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt';
  const sign = query.get('direction') === 'asc' ? 1 : -1;
  const since = Date.parse(query.get('since') ?? '');
  const state = query.get('state') ?? 'open';
  const second = (item: GithubItem) => Math.floor(item[by] / 1000);
  const sorted = items
    .filter(({ updatedAt }) => Number.isNaN(since) || Math.floor(updatedAt / 1000) * 1000 >= since)
    .filter(() => state !== 'closed')
    .sort((a, b) => sign * (second(a) - second(b) || a.number - b.number));
  const after = query.get('after');
  if (after !== null) return afterCursor(sorted, after, query, (item) => sign * (second(item) * 1e6 + item.number));
  const part = slice(sorted, query);
  if (part.page * part.perPage > maxPagedItems) throw new TooDeep();
  return withCursor(part, (item) => sign * (second(item) * 1e6 + item.number));
}

function afterCursor<T>(sorted: readonly T[], after: string, query: URLSearchParams, rank: (item: T) => number) {
  const { perPage, page } = paging(query);
  const from = Number(Buffer.from(after, 'base64url').toString().replace('cursor:v2:', ''));
  const start = sorted.findIndex((item) => rank(item) > from);
  const items = start < 0 ? [] : sorted.slice(start, start + perPage);
  const more = start >= 0 && start + perPage < sorted.length;
  return withCursor({ items, page, perPage, total: more ? Infinity : 0 }, rank);
}

function withCursor<T>(part: Slice<T>, rank: (item: T) => number): Slice<T> {
  const last = part.items.at(-1);
  if (last === undefined) return part;
  return { ...part, after: Buffer.from(`cursor:v2:${rank(last)}`).toString('base64url') };
}

/** Commits of a branch by committer date, `since` and `until` inclusive. */
export function listCommits(repository: GithubRepository, head: string, query: URLSearchParams): Slice<GithubCommit> {
  const since = Date.parse(query.get('since') ?? '') || -Infinity;
  const until = Date.parse(query.get('until') ?? '') || Infinity;
  const within = repository.log(head).filter(({ committedAt: at }) => at >= since && at <= until);
  return slice(within, query);
}
