import { Terminal } from '@tidemark/resilience';
import {
  type CheckResult,
  type ConnectorContext,
  type ObjectManifest,
  type Page,
  type ReadRequest,
  type Source,
  toCursor,
} from '@tidemark/connector-sdk';
import { ApiObject, type Bounds } from './api-object.js';
import { checkObjects } from './check.js';
import { readChildren } from './children.js';
import { readStateOf, type ReadState } from './cursor.js';
import type { HttpJsonConfig } from './http-json.config.js';
import type { Walk, Walked } from './walk.js';

/** Reads the objects described by a config. */
export class HttpJsonSource implements Source {
  readonly #context: ConnectorContext<HttpJsonConfig>;
  readonly #objects: ReadonlyMap<string, ApiObject>;

  constructor(context: ConnectorContext<HttpJsonConfig>) {
    this.#context = context;
    this.#objects = new Map(
      context.config.objects.map((config, at) => [config.name, new ApiObject(config, at, context)]),
    );
  }

  async *read(request: ReadRequest): AsyncGenerator<Page> {
    const { signal } = request;
    signal.throwIfAborted();
    const object = this.#object(request.object);
    let state = readStateOf(request);
    if (!state.at) return yield { records: [], problems: [], cursor: toCursor(state), hasMore: false };
    assertSupportsSince(object, state);
    const walk = { from: state.at, bounds: boundsOf(state, object), size: object.pageSize(request.pageSize), signal };
    for await (const { page, next } of this.#walk(object, walk)) {
      state = {
        ...state,
        // The server's clock, with which its changes are stamped.
        started: state.started ?? page.date ?? new Date(this.#context.now()).toISOString(),
        at: next ? structuredClone(next) : undefined,
      };
      const { records, problems, estimate } = page;
      const known = estimate === undefined ? {} : { estimate };
      yield { records, problems, cursor: toCursor(state), hasMore: next !== null, ...known };
    }
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    return checkObjects(this.#objects, this.#context, signal);
  }

  async objects(): Promise<readonly ObjectManifest[]> {
    return [...this.#objects.values()].map(({ config, lookBackMs }) => ({
      name: config.name,
      title: config.title ?? config.name,
      incremental: config.incremental !== undefined,
      deletions: config.deleted !== undefined,
      lookBackMs,
    }));
  }

  async close(): Promise<void> {}

  #object(name: string): ApiObject {
    const object = this.#objects.get(name);
    if (object) return object;
    const known = [...this.#objects.keys()].join(', ');
    throw new Terminal('SOURCE_NOT_FOUND', `there is no object ${name}; the config has ${known}`, { field: 'objects' });
  }

  #walk(object: ApiObject, walk: Walk): AsyncIterable<Walked> {
    const { parent } = object.config;
    return parent ? readChildren(object, this.#object(parent.object), walk) : pagesOf(object, walk);
  }
}

/** Without times changes cannot be detected: an incremental read would silently be a full one. @throws Terminal */
function assertSupportsSince({ config, field }: ApiObject, { since, window }: ReadState): void {
  if (since === undefined && !window) return;
  const filtered = config.incremental && (!window || config.incremental.until);
  if (config.updatedAt !== undefined || filtered) return;
  throw new Terminal(
    'SOURCE_REQUEST_REFUSED',
    `${config.name} cannot be read from a point in time: the config has neither updatedAt nor incremental`,
    { field },
  );
}

async function* pagesOf(object: ApiObject, { from, bounds, size, signal }: Walk): AsyncGenerator<Walked> {
  for (let at = from.page, more = true; more;) {
    const page = await object.page({ at, bounds, size, signal });
    more = page.next !== null;
    at = page.next;
    yield { page, next: more ? { page: at } : null };
  }
}

/** Normalised, so that times can be compared as text. */
const iso = (time: string, lessMs = 0): string => new Date(Date.parse(time) - lessMs).toISOString();

function boundsOf({ since, window }: ReadState, { lookBackMs }: ApiObject): Bounds {
  if (window) return { since: iso(window.from), until: iso(window.to) };
  return since === undefined ? {} : { since: iso(since, lookBackMs) };
}
