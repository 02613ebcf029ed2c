import { trimEndOf } from '@tidemark/foundation';
import {
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  type PageSize,
  RateLimited,
  Retryable,
  Terminal,
} from '@tidemark/resilience';
import LinkHeader from 'http-link-header';
import type { JsonObject } from '@tidemark/connector-sdk';

/** How long to wait after a limit without a time (GitHub's best practices say one minute). */
const UNKNOWN_WAIT_MS = 60_000;

export type Query = Readonly<Record<string, string | number | undefined>>;

export type GithubRequest = Pick<HttpRequest, 'signal' | 'expect' | 'condition' | 'onOverload'> & {
  readonly query?: Query;
};

/** The next page, from a list's `Link` header. */
export interface Next {
  readonly page?: number;
  /** The API's own cursor of the next page; only some lists have one. */
  readonly after?: string;
}

export interface ListPage {
  readonly items: readonly JsonObject[];
  readonly next: Next | null;
  /** Capacity of this page in records. */
  readonly size: number;
}

/** GitHub's REST API, including its ways of reporting rate limits. @throws ExternalError */
export class GithubClient {
  readonly #http: HttpClient;
  readonly #apiUrl: string;
  readonly #now: () => number;

  constructor(http: HttpClient, apiUrl: string, now: () => number) {
    this.#http = http;
    this.#apiUrl = apiUrl;
    this.#now = now;
  }

  async get(path: string, request: GithubRequest): Promise<HttpResponse> {
    try {
      return await this.#http.request({
        ...request,
        url: trimEndOf(this.#apiUrl, '/') + path,
        headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
      });
    } catch (error) {
      throw this.#limitWithoutTime(error);
    }
  }

  /** Secondary limits come with 403, and not always with a time. */
  #limitWithoutTime(error: unknown): unknown {
    if (!(error instanceof Terminal) || error.status !== 403) return error;
    const { message } = (error.detail ?? {}) as { message?: unknown };
    if (typeof message !== 'string' || !/rate limit|abuse detection/i.test(message)) return error;
    const until = this.#now() + UNKNOWN_WAIT_MS;
    return new RateLimited('RATE_LIMITED', error.message, { until, retryAfterMs: UNKNOWN_WAIT_MS, status: 403 });
  }
}

/** The lists of one repository, in pages that shrink when they are too large for GitHub. */
export class RepositoryClient {
  constructor(
    private readonly github: GithubClient,
    /** As configured: owner/name. A renamed repository is found by its old name too. */
    readonly name: string,
    private readonly pageSize: PageSize,
    private readonly signal: AbortSignal,
  ) {}

  /** Changes between two calls change the tag. Null when nothing changed; such a call does not count against the limit. */
  async probe(list: string, query: Query, etag: string | undefined) {
    const request = { expect: NO_LIST, ...(etag !== undefined && { condition: { etag } }) };
    const answer = await this.#get(list, { ...query, per_page: 1 }, request);
    if (answer.notModified) return null;
    const tag = answer.header('etag');
    return { newest: itemsOf(answer)[0], ...(tag !== undefined && { etag: tag }) };
  }

  /** @param position the page's place in the list, which may depend on its size */
  page(list: string, query: Query, position: (size: number) => Query): Promise<ListPage> {
    return this.pageSize.attempt(async (size, onOverload) => {
      const request = { expect: NO_LIST, onOverload };
      const answer = await this.#get(list, { ...query, ...position(size), per_page: size }, request);
      const items = itemsOf(answer);
      return { items, next: items.length === 0 ? null : nextOf(answer), size };
    }, this.signal);
  }

  /** The page after this many items of a list that has only page numbers. */
  async pageBehind(list: string, query: Query, offset: number): Promise<ListPage> {
    const page = await this.page(list, query, (size) => ({ page: Math.floor(offset / size) + 1 }));
    return { ...page, items: page.items.slice(offset % page.size) };
  }

  /** Commits reachable from one commit but not another, oldest first, after this many; null when either is gone. */
  async compare(base: string, head: string, offset: number) {
    return this.pageSize.attempt(async (size, onOverload) => {
      const query = { per_page: size, page: Math.floor(offset / size) + 1 };
      const answer = await this.#get(`compare/${base}...${head}`, query, { expect: [404], onOverload });
      if (answer.status === 404) return null;
      const { commits, total_commits: total } = answer.json<{ commits?: JsonObject[]; total_commits?: number }>();
      if (!Array.isArray(commits) || typeof total !== 'number') throw unexpectedJson(answer);
      const items = commits.slice(offset % size);
      return { items, more: items.length > 0 && offset + items.length < total };
    }, this.signal);
  }

  #get(list: string, query: Query, request: Omit<GithubRequest, 'query' | 'signal'>): Promise<HttpResponse> {
    return this.github.get(`/repos/${this.name}/${list}`, { ...request, query, signal: this.signal });
  }
}

/** 409: the repository has no commits yet; 410: it has no issues, by its settings. */
export const NO_LIST = [409, 410];

function itemsOf(answer: HttpResponse): JsonObject[] {
  if (answer.status !== 200) return [];
  const items = answer.json();
  if (!Array.isArray(items)) throw unexpectedJson(answer);
  return items as JsonObject[];
}

function nextOf(answer: HttpResponse): Next | null {
  const [next] = LinkHeader.parse(answer.header('link') ?? '').rel('next');
  if (!next) return null;
  const { searchParams } = new URL(next.uri);
  const [page, after] = [searchParams.get('page'), searchParams.get('after')];
  return { ...(page !== null && { page: Number(page) }), ...(after !== null && { after }) };
}

function unexpectedJson({ status }: HttpResponse): Retryable {
  return new Retryable('SOURCE_INVALID_RESPONSE', 'GitHub returned unexpected JSON', {
    status,
  });
}
