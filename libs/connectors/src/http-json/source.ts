import { Terminal, type PageSize } from '@tidemark/resilience';
import type { CheckResult, ConnectorContext, ObjectManifest, Page, ReadRequest, Source } from '@tidemark/connector-sdk';
import { ApiObject, type ApiPage, type Bounds } from './api-object.js';
import { checkObjects } from './check.js';
import { readChildren } from './children.js';
import { cursorOf, readStateOf, type Place, type ReadState } from './cursor.js';
import type { HttpJsonConfig } from './http-json.config.js';

/** One page on its way out, and the place behind it. */
export interface Walked {
  readonly page: Pick<ApiPage, 'records' | 'problems' | 'estimate' | 'date'>;
  /** Null: that was the last one. */
  readonly next: Place | null;
}

export interface Walk {
  readonly from: Place;
  readonly bounds: Bounds;
  readonly size: PageSize;
  readonly signal: AbortSignal;
}

/** Reads the objects that a config describes. */
export class HttpJsonSource implements Source {
  readonly #objects: ReadonlyMap<string, ApiObject>;

  constructor(private readonly context: ConnectorContext<HttpJsonConfig>) {
    this.#objects = new Map(
      context.config.objects.map((config, at) => [config.name, new ApiObject(config, at, context)]),
    );
  }

  async *read(request: ReadRequest): AsyncGenerator<Page> {
    const { signal } = request;
    signal.throwIfAborted();
    const object = this.#object(request.object);
    let state = readStateOf(request);
    if (!state.at) return yield { records: [], problems: [], cursor: cursorOf(state), hasMore: false };
    this.#mustKnowTimes(object, state);
    const walk = { from: state.at, bounds: boundsOf(state, object), size: object.pageSize(request.pageSize), signal };
    for await (const { page, next } of this.#walk(object, walk)) {
      state = {
        ...state,
        // The server's clock is the one that its changes are stamped with.
        started: state.started ?? page.date ?? new Date(this.context.now()).toISOString(),
        at: next ? structuredClone(next) : undefined,
      };
      const { records, problems, estimate } = page;
      const known = estimate === undefined ? {} : { estimate };
      yield { records, problems, cursor: cursorOf(state), hasMore: next !== null, ...known };
    }
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    return checkObjects(this.#objects, this.context, signal);
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

  /** Without times there is no telling what changed; everything would be a lie. */
  #mustKnowTimes({ config, field }: ApiObject, { since, window }: ReadState): void {
    const told = config.updatedAt !== undefined || (config.incremental && (!window || config.incremental.until));
    if ((since !== undefined || window) && !told)
      throw new Terminal(
        'SOURCE_REQUEST_REFUSED',
        `${config.name} cannot be read from a point in time: the config has neither updatedAt nor incremental`,
        { field },
      );
  }
}

async function* pagesOf(object: ApiObject, { from, bounds, size, signal }: Walk): AsyncGenerator<Walked> {
  for (let at = from.page, more = true; more;) {
    const page = await object.page({ at, bounds, size, signal });
    more = page.next !== null;
    at = page.next;
    yield { page, next: more ? { page: at } : null };
  }
}

/** In one form, so that times can be compared as text. */
const iso = (time: string, lessMs = 0): string => new Date(Date.parse(time) - lessMs).toISOString();

function boundsOf({ since, window }: ReadState, { lookBackMs }: ApiObject): Bounds {
  if (window) return { since: iso(window.from), until: iso(window.to) };
  return since === undefined ? {} : { since: iso(since, lookBackMs) };
}
