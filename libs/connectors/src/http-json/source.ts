import { isInstant } from '@tidemark/foundation';
import { Terminal } from '@tidemark/resilience';
import {
  type CheckResult,
  type ConnectorContext,
  type ObjectManifest,
  type Page,
  type ReadRequest,
  type RecordProblem,
  type Source,
  toCursor,
} from '@tidemark/connector-sdk';
import { ApiObject, TokenRefused } from './api-object.js';
import { checkObjects } from './check.js';
import { readStateOf, type ReadState } from './cursor.js';
import type { HttpJsonConfig } from './http-json.config.js';
import type { Bounds } from './record-mapper.js';
import { problemOfRestart, restarted } from './restart.js';
import type { Walked } from './walk.js';
import { walkOf } from './walks.js';

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
    const size = object.pageSize(request.pageSize);
    for (let restarts: RecordProblem[] = []; ;) {
      const walk = { from: state.at!, bounds: boundsOf(state, object), size, signal };
      try {
        for await (const { page, next } of walkOf(object, this.#objects, walk)) {
          state = advanced(state, object, page, next, this.#context.now());
          const { records, estimate } = page;
          const known = estimate === undefined ? {} : { estimate };
          const problems = [...restarts, ...page.problems];
          restarts = [];
          yield { records, problems, cursor: toCursor(state), hasMore: next !== null, ...known };
        }
        return;
      } catch (error) {
        if (!(error instanceof TokenRefused)) throw error;
        state = restarted(state, object, error);
        restarts.push(problemOfRestart(state, object, error));
      }
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

/** The state after a page. */
function advanced(
  state: ReadState,
  object: ApiObject,
  { records, date }: Walked['page'],
  next: Walked['next'],
  now: number,
): ReadState {
  const times = object.config.incremental?.sorted ? records.map(({ updatedAt }) => updatedAt ?? '') : [];
  const reached = times.reduce((latest, time) => (time > latest ? time : latest), state.reached ?? '');
  return {
    ...state,
    // The server's clock, with which its changes are stamped.
    started: state.started ?? date ?? new Date(now).toISOString(),
    ...(reached !== '' && { reached }),
    at: (next ?? undefined) as ReadState['at'],
  };
}

/** Normalised, so that times can be compared as text. */
const iso = (time: string, lessMs = 0): string => new Date(Date.parse(time) - lessMs).toISOString();

function boundsOf({ since, window, restarted: at }: ReadState, { lookBackMs }: ApiObject): Bounds {
  if (at !== undefined && isInstant(at)) return { since: at, ...(window && { until: iso(window.to) }) };
  if (window) return { since: iso(window.from), until: iso(window.to) };
  return since === undefined ? {} : { since: iso(since, lookBackMs) };
}
