import { type ExternalError, Terminal } from '@tidemark/resilience';
import {
  advance,
  type CheckResult,
  type ConnectorContext,
  type Fetched,
  type FetchRequest,
  type Page,
  type PartsCursor,
  partsCursorOf,
  type PartStep,
  type ReadRequest,
  type RecordProblem,
  requestedPageSize,
  scopeOf,
  type Source,
} from '@tidemark/connector-sdk';
import { checkGithub } from './check.js';
import { commits } from './commits.js';
import type { Feed } from './feed.js';
import { fetchItem } from './fetch-item.js';
import { type GithubConfig, manifest } from './github.manifest.js';
import { issues } from './issues.js';
import { pullRequests } from './pull-requests.js';
import { GithubClient, RepositoryClient } from './repository-client.js';

/** Reads one repository after another; the cursor holds the progress of each. */
export class GithubSource implements Source {
  readonly #client: GithubClient;
  readonly #feeds: ReadonlyMap<string, Feed<unknown>>;

  constructor(private readonly context: ConnectorContext<GithubConfig>) {
    const { http, config, now } = context;
    this.#client = new GithubClient(http, config.apiUrl, now);
    this.#feeds = new Map<string, Feed<never>>([
      ['issues', issues as Feed<never>],
      ['pull_requests', pullRequests as Feed<never>],
      ['commits', commits(config.branch) as Feed<never>],
    ]);
  }

  async *read(request: ReadRequest): AsyncGenerator<Page> {
    request.signal.throwIfAborted();
    const feed = this.#feeds.get(request.object);
    if (!feed) {
      const known = [...this.#feeds.keys()].join(', ');
      throw new Terminal('SOURCE_NOT_FOUND', `github has no object ${request.object}; it has ${known}`);
    }
    yield* this.#pages(feed, partsCursorOf('github', request, feed.state), request);
  }

  async fetch({ object, ids, signal }: FetchRequest): Promise<Fetched> {
    const { repositories } = this.context.config;
    const found = await Promise.all(ids.map((id) => fetchItem(this.#client, repositories, object, id, signal)));
    return { records: found.flatMap(({ records }) => records), problems: found.flatMap(({ problems }) => problems) };
  }

  check(signal: AbortSignal): Promise<CheckResult> {
    return checkGithub(this.#client, this.context.config, signal);
  }

  async close(): Promise<void> {}

  async *#pages(feed: Feed<unknown>, from: PartsCursor<unknown>, request: ReadRequest): AsyncGenerator<Page> {
    const { repositories } = this.context.config;
    const first = from.at === undefined ? 0 : repositories.indexOf(from.at);
    const pageSize = requestedPageSize(manifest.source!.pageSize, request.pageSize);
    let cursor = from;
    let lost: Terminal | undefined;
    let found = first > 0;
    // A repository removed from the config meanwhile: the others keep their progress.
    for (let index = Math.max(first, 0); index < repositories.length; index++) {
      const name = repositories[index]!;
      const client = new RepositoryClient(this.#client, name, pageSize, request.signal);
      for await (const step of this.#steps(feed, client, cursor, request.object)) {
        const { records, problems } = step;
        const hasMore = !step.done || index < repositories.length - 1;
        const progress = step.lost ? cursor.parts[name] : progressOf(step, cursor.parts[name]?.whole);
        cursor = advance(cursor, name, progress, step.done ? repositories[index + 1] : name);
        if (step.lost) lost = step.lost;
        else found = true;
        if (!hasMore && !found) throw lost!;
        // A page without records is still a checkpoint; a repository without changes needs none.
        const idle = step.done && records.length + problems.length === 0;
        if (!idle || !hasMore) yield { records, problems, cursor: { ...cursor }, hasMore };
      }
    }
  }

  /**
   * A repository that was read before and cannot be found now is a problem, and the others continue. One that was never
   * read is an error: its name is wrong, or the token has no access to it.
   */
  async *#steps(
    feed: Feed<unknown>,
    client: RepositoryClient,
    cursor: PartsCursor<unknown>,
    objectType: string,
  ): AsyncGenerator<PartStep<unknown> & { readonly lost?: Terminal }> {
    const { whole, state } = cursor.parts[client.name] ?? {};
    try {
      yield* feed.read(client, state, scopeOf(cursor));
    } catch (error) {
      if (!(error instanceof Terminal) || !LOST.has(error.status ?? 0)) throw error;
      const lost = named(error, client.name);
      if (!whole) throw lost;
      const problem: RecordProblem = { objectType, externalId: client.name, code: lost.code, message: lost.message };
      yield { records: [], problems: [problem], state, done: true, lost };
    }
  }
}

/** Deleted or out of sight; out of reach; closed for legal reasons. */
const LOST: ReadonlySet<number> = new Set([403, 404, 451]);

function named(error: ExternalError, repository: string): Terminal {
  const hint =
    error.status === 404
      ? 'it does not exist, or the token may not see it; a configured branch may be missing too'
      : 'the token may not read this of it';
  const message = `the repository ${repository} cannot be read: ${hint} (${error.message})`;
  return new Terminal(error.code, message, { field: 'repositories', cause: error, status: error.status ?? 0 });
}

const progressOf = ({ done, state }: PartStep<unknown>, whole: true | undefined) =>
  done || whole ? { whole: true as const, state } : { state };
