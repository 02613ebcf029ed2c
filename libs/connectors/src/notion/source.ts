import { isJsonObject } from '@tidemark/foundation';
import { Terminal } from '@tidemark/resilience';
import {
  advance,
  type CheckResult,
  type ConnectorContext,
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
import { blocks } from './blocks.js';
import { checkNotion } from './check.js';
import { databases, type Feed, pages } from './feed.js';
import type { Target } from './listing.js';
import { NotionClient } from './notion-client.js';
import { idOf, type NotionConfig, manifest } from './notion.manifest.js';

/** A list to read, and its key in cursors. */
interface NamedTarget {
  readonly name: string;
  readonly target: Target;
}

/** Reads one list after another: the data sources of the configured databases, or search results. */
export class NotionSource implements Source {
  readonly #notion: NotionClient;
  readonly #feeds: ReadonlyMap<string, Feed<unknown>>;

  constructor(private readonly context: ConnectorContext<NotionConfig>) {
    const { http, config, now } = context;
    this.#notion = new NotionClient(http, config.apiUrl, now);
    this.#feeds = new Map<string, Feed<never>>([
      ['pages', pages as Feed<never>],
      ['databases', databases as Feed<never>],
      ['blocks', blocks(config.maxDepth) as Feed<never>],
    ]);
  }

  async *read(request: ReadRequest): AsyncGenerator<Page> {
    const { object, signal } = request;
    signal.throwIfAborted();
    const feed = this.#feeds.get(object);
    if (!feed) {
      const known = [...this.#feeds.keys()].join(', ');
      throw new Terminal('SOURCE_NOT_FOUND', `notion has no object ${object}; it has ${known}`);
    }
    let cursor = partsCursorOf('notion', request, feed.state);
    const { targets, lost } = await this.#targets(feed, cursor, signal);
    // Reported once per read, not by every process that resumes it.
    let problems = cursor.at === undefined ? lost : [];
    const at = targets.findIndex(({ name }) => name === cursor.at);
    const pageSize = requestedPageSize(manifest.source!.pageSize, request.pageSize);
    const reading = { notion: this.#notion, pageSize, signal, scope: scopeOf(cursor) };
    // A list that no longer exists: the others keep their progress.
    for (const [index, { name, target }] of targets.entries()) {
      if (index < at) continue;
      const { whole, state = {} } = cursor.parts[name] ?? {};
      for await (const step of readOrLose(feed.read(reading, target, state), whole && { name, object })) {
        problems = [...problems, ...step.problems];
        const hasMore = !step.done || index < targets.length - 1;
        const reached = step.state ?? cursor.parts[name]?.state ?? state;
        const progress = { ...((whole || step.done) && { whole: true as const }), state: reached };
        cursor = advance(cursor, name, progress, step.done ? targets[index + 1]?.name : name);
        // A page without records is still a checkpoint; a list without changes needs none.
        if (step.done && hasMore && step.records.length + problems.length === 0) continue;
        yield { records: step.records, problems, cursor: { ...cursor }, hasMore };
        problems = [];
      }
    }
    if (targets.length === 0) yield { records: [], problems, cursor: { ...cursor }, hasMore: false };
  }

  check(signal: AbortSignal): Promise<CheckResult> {
    return checkNotion(this.#notion, this.context.config, signal);
  }

  async close(): Promise<void> {}

  /**
   * A database that was read before and cannot be found now is a problem, and the others continue. One that was never read
   * is an error: its id is wrong, or it is not shared with the connection.
   */
  async #targets(feed: Feed<unknown>, cursor: PartsCursor<unknown>, signal: AbortSignal) {
    const { databases: ids } = this.context.config;
    if (!ids) return { targets: [{ name: 'search', target: { search: feed.search } }] as NamedTarget[], lost: [] };
    const targets: NamedTarget[] = [];
    const lost: RecordProblem[] = [];
    for (const database of ids.map(idOf)) {
      try {
        targets.push(...(await this.#dataSources(database, cursor.object === 'pages', signal)));
      } catch (error) {
        if (!(error instanceof Terminal) || error.status !== 404) throw error;
        const reason = 'it does not exist, or is not shared with the connection';
        const message = `the database ${database} cannot be read: ${reason} (${error.message})`;
        const wasRead = Object.entries(cursor.parts).some(([name, { whole }]) => whole && name.startsWith(database));
        if (!wasRead || (lost.length === ids.length - 1 && targets.length === 0))
          throw new Terminal(error.code, message, { field: 'databases', cause: error, status: 404 });
        lost.push({ objectType: cursor.object, externalId: database, code: error.code, message });
      }
    }
    return { targets, lost };
  }

  async #dataSources(database: string, trash: boolean, signal: AbortSignal): Promise<NamedTarget[]> {
    const { body } = await this.#notion.get(`/v1/databases/${database}`, signal);
    const sources = Array.isArray(body['data_sources']) ? (body['data_sources'] as unknown[]) : [];
    return sources
      .filter(isJsonObject)
      .map(({ id }) => String(id))
      .map((dataSource) => ({ name: `${database}/${dataSource}`, target: { dataSource, trash } }));
  }
}

/** A data source that is gone after a complete read is a problem, like a database; its state is kept. */
async function* readOrLose(
  steps: AsyncIterable<PartStep<unknown>>,
  known: { name: string; object: string } | undefined,
) {
  try {
    yield* steps;
  } catch (error) {
    if (!(error instanceof Terminal) || error.status !== 404 || !known?.name.includes('/')) throw error;
    const externalId = known.name.slice(known.name.indexOf('/') + 1);
    const message = `the data source ${externalId} cannot be read: ${error.message}`;
    const problem: RecordProblem = { objectType: known.object, externalId, code: error.code, message };
    yield { records: [], problems: [problem], state: undefined, done: true };
  }
}
