// GitHub's REST API, version 2022-11-28, as published at docs.github.com/rest: repositories, issues, pulls, commits,
// compare; pagination by Link (page, and after for issues), conditional requests, primary and secondary rate limits,
// redirects of renamed repositories. Not modelled: closed issues, labels and other filters, search, GraphQL, webhooks,
// the files of a comparison, and OAuth as github.com speaks it (tokens come from the standard endpoint of `OAuthApi`).
import { createHash } from 'node:crypto';
import { listCommits, listItems, paging, slice, TooDeep, type Slice } from './github/lists.js';
import { GithubRepository } from './github/repository.js';
import { commitBody, issueBody, pullRequestBody, repositoryBody } from './github/shapes.js';
import { OAuthApi, type ApiAnswer, type ApiRequest } from './oauth-api.js';

export type { CommitInput, GithubCommit, GithubItem, GithubRepository, ItemInput } from './github/repository.js';

const DOCS = 'https://docs.github.com/rest';

export class GithubApi extends OAuthApi {
  readonly #repositories = new Map<number, GithubRepository>();
  /** Every name that a repository ever had. */
  readonly #names = new Map<string, number>();
  /** Larger pages are answered 504. */
  slowAbove = Infinity;
  /** How deep page numbers reach into a list of issues. */
  maxPagedItems = 10_000;
  /** Whether lists of issues have cursors besides page numbers, which older Enterprise Servers lack. */
  cursors = true;
  /** Resources that a fine-grained token must not read. */
  readonly forbidden = new Set<'issues' | 'pulls' | 'commits'>();
  /** Calls left until `resetAt` (ms since 1970); a 304 costs none. */
  remaining = 5000;
  resetAt = Date.now() + 3_600_000;
  /** Milliseconds since 1970. */
  now: () => number = Date.now;

  addRepository(fullName: string): GithubRepository {
    const repository = new GithubRepository(this.#repositories.size + 1, fullName, () => this.now());
    this.#repositories.set(repository.id, repository);
    this.#names.set(fullName, repository.id);
    return repository;
  }

  /** From now on its old name redirects. */
  rename(repository: GithubRepository, fullName: string): void {
    repository.fullName = fullName;
    this.#names.set(fullName, repository.id);
  }

  /** Deleted, or no longer visible to the token: indistinguishable from outside. */
  remove(repository: GithubRepository): void {
    this.#repositories.delete(repository.id);
  }

  protected unauthorized(): ApiAnswer {
    return refusal(401, 'Bad credentials');
  }

  protected withoutId(body: unknown): unknown {
    const [first, ...rest] = Array.isArray(body) ? (body as Record<string, unknown>[]) : [];
    if (!first) return body;
    const { id: _id, sha: _sha, ...others } = first;
    return [others, ...rest];
  }

  protected answer(request: ApiRequest): ApiAnswer {
    if (!request.headers['user-agent']) return refusal(403, 'Request forbidden by administrative rules.');
    if (this.remaining <= 0)
      return this.#counted(refusal(403, 'API rate limit exceeded for user ID 1.', '/rate-limit'), 0);
    const answer = this.#route(request);
    if (answer.status !== 200) return this.#counted(answer, 1);
    // Responses vary by authorization, and so do their tags.
    const seed = JSON.stringify([request.headers.authorization, answer.body]);
    const etag = `W/"${createHash('sha256').update(seed).digest('hex')}"`;
    const known = request.headers['if-none-match'] === etag;
    const headers = { ...answer.headers, etag, vary: 'Accept, Authorization' };
    return known ? this.#counted({ status: 304, headers }, 0) : this.#counted({ ...answer, headers }, 1);
  }

  #counted(answer: ApiAnswer, cost: number): ApiAnswer {
    this.remaining = Math.max(this.remaining - cost, 0);
    const headers = {
      ...answer.headers,
      ...{ 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': `${this.remaining}`, 'x-ratelimit-resource': 'core' },
      ...{ 'x-ratelimit-reset': `${Math.ceil(this.resetAt / 1000)}`, date: new Date(this.now()).toUTCString() },
    };
    return { ...answer, headers };
  }

  #route({ method, path, query }: ApiRequest): ApiAnswer {
    // GitHub Enterprise Server answers below /api/v3.
    const parts = path
      .replace(/^\/api\/v3\//, '/')
      .split('/')
      .slice(1);
    if (method !== 'GET') return refusal(404, 'Not Found');
    if (path.endsWith('/user')) return { status: 200, body: { login: 'octocat', id: 1, type: 'User' } };
    const byId = parts[0] === 'repositories';
    if (!byId && parts[0] !== 'repos') return refusal(404, 'Not Found');
    const name = `${parts[1]}/${parts[2]}`;
    const repository = this.#repositories.get(byId ? Number(parts[1]) : (this.#names.get(name) ?? 0));
    if (!repository) return refusal(404, 'Not Found');
    const [list, ...rest] = parts.slice(byId ? 2 : 3);
    if (!byId && repository.fullName !== name) return this.#moved(repository, [list, ...rest], query);
    if (list === undefined) return { status: 200, body: repositoryBody(repository, this.origin) };
    if (paging(query).perPage > this.slowAbove) return { status: 504, body: { message: 'Gateway Timeout' } };
    if (this.forbidden.has(list as 'issues')) {
      const answer = refusal(403, 'Resource not accessible by personal access token');
      return { ...answer, headers: { 'x-accepted-github-permissions': `${list}=read` } };
    }
    return this.#list(repository, list, rest.join('/'), query);
  }

  #moved(repository: GithubRepository, rest: readonly (string | undefined)[], query: URLSearchParams): ApiAnswer {
    const path = ['repositories', repository.id, ...rest].filter((part) => part !== undefined).join('/');
    const url = `${this.origin}/${path}${query.size > 0 ? `?${query}` : ''}`;
    const body = { message: 'Moved Permanently', url, documentation_url: `${DOCS}/guides/best-practices` };
    return { status: 301, headers: { location: url }, body };
  }

  #list(repository: GithubRepository, list: string, rest: string, query: URLSearchParams): ApiAnswer {
    const { origin } = this;
    try {
      if ((list === 'issues' || list === 'pulls') && /^\d+$/.test(rest))
        return this.#item(repository, list, Number(rest));
      if (list === 'issues') {
        if (!repository.hasIssues) return refusal(410, 'Issues are disabled for this repo');
        const { after, ...part } = listItems(repository.items, query, this.maxPagedItems);
        const cursor = this.cursors && after !== undefined ? { after } : {};
        return this.#page(repository, list, query, { ...part, ...cursor }, (item) =>
          issueBody(item, repository, origin),
        );
      }
      if (list === 'pulls') {
        const { after: _after, ...part } = listItems(repository.items.filter(isPullRequest), query);
        return this.#page(repository, list, query, part, (item) => pullRequestBody(item, repository, origin));
      }
    } catch (error) {
      if (error instanceof TooDeep) return refusal(422, TOO_DEEP);
      throw error;
    }
    if (list === 'compare') return this.#compare(repository, rest, query);
    if (list !== 'commits') return refusal(404, 'Not Found');
    if (repository.isEmpty) return refusal(409, 'Git Repository is empty.');
    const head = repository.resolve(query.get('sha') ?? repository.defaultBranch);
    if (head === undefined) return refusal(404, 'Not Found');
    const part = listCommits(repository, head, query);
    return this.#page(repository, list, query, part, (commit) => commitBody(commit, origin));
  }

  #item(repository: GithubRepository, list: 'issues' | 'pulls', number: number): ApiAnswer {
    const item = repository.items.find((one) => one.number === number && (list === 'issues' || isPullRequest(one)));
    if (!item) return refusal(404, 'Not Found');
    const body = list === 'issues' ? issueBody : pullRequestBody;
    return { status: 200, body: body(item, repository, this.origin) };
  }

  #compare(repository: GithubRepository, range: string, query: URLSearchParams): ApiAnswer {
    const [base, head] = range.split('...').map((ref) => repository.resolve(ref));
    if (base === undefined || head === undefined) return refusal(404, 'Not Found');
    const part = slice(repository.log(head, base).reverse(), query);
    const commits = part.items.map((commit) => commitBody(commit, this.origin));
    const behind = repository.log(base, head).length;
    const status = part.total === 0 ? 'identical' : behind > 0 ? 'diverged' : 'ahead';
    return {
      status: 200,
      headers: this.#link(`repositories/${repository.id}/compare/${range}`, query, part),
      body: { status, ahead_by: part.total, behind_by: behind, total_commits: part.total, commits, files: [] },
    };
  }

  #page<T>(
    repository: GithubRepository,
    list: string,
    query: URLSearchParams,
    part: Slice<T>,
    body: (of: T) => unknown,
  ) {
    const headers = this.#link(`repositories/${repository.id}/${list}`, query, part);
    return { status: 200, headers, body: part.items.map(body) };
  }

  #link(path: string, query: URLSearchParams, { page, perPage, total, after }: Slice<unknown>): Record<string, string> {
    if (page * perPage >= total) return {};
    const next = new URLSearchParams(query);
    next.set('page', `${page + 1}`);
    if (after !== undefined) next.set('after', after);
    return { link: `<${this.origin}/${path}?${next}>; rel="next"` };
  }
}

const isPullRequest = ({ pullRequest }: { pullRequest: boolean }) => pullRequest;

const TOO_DEEP =
  'Pagination with the page parameter is not supported for large datasets, please use cursor based pagination (after/before)';

function refusal(status: number, message: string, docs = ''): ApiAnswer {
  return { status, body: { message, documentation_url: `${DOCS}${docs}`, status: `${status}` } };
}

/** Too many calls at once; with `retry-after`, or, as also occurs, without. */
export function secondaryLimit(retryAfterSeconds?: number): ApiAnswer {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  const answer = refusal(403, message, '/rate-limit');
  return retryAfterSeconds === undefined ? answer : { ...answer, headers: { 'retry-after': `${retryAfterSeconds}` } };
}
