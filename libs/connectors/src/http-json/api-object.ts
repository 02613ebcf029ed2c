import { isJsonObject, trimEndOf } from '@tidemark/foundation';
import { PageSize, Terminal, type HttpClient, type HttpRequest } from '@tidemark/resilience';
import type { Json, RecordProblem, SourceRecord } from '@tidemark/connector-sdk';
import { expressionOf, shapeOf, type Expression } from './expression.js';
import type { HttpJsonConfig, ObjectConfig } from './http-json.config.js';
import { pagerOf, type Pager, type Position, type Step } from './pager.js';
import { readTime, writeTime } from './times.js';

const DEFAULT_PAGE = 100;

/** Time range of the requested changes, ISO 8601. */
export interface Bounds {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** A record, and the data that its children are requested by. */
export interface Found {
  readonly records: readonly SourceRecord[];
  readonly problems: readonly RecordProblem[];
}

export interface ApiPage extends Found {
  readonly next: Position | null;
  readonly estimate?: number;
  /** When the page was requested, by the server's clock, ISO 8601; absent without a Date header. */
  readonly date?: string;
}

export interface ApiRequest {
  readonly at: Position | null;
  readonly bounds: Bounds;
  readonly parent?: SourceRecord;
  readonly size: PageSize;
  readonly signal: AbortSignal;
}

export interface ApiContext {
  readonly config: HttpJsonConfig;
  readonly http: HttpClient;
  redact(text: string): string;
}

/** One object of the config: requests its pages and finds the records in them. */
export class ApiObject {
  readonly field: string;
  readonly #pager: Pager;
  readonly #find: Readonly<Record<'records' | 'id' | 'updatedAt' | 'deleted' | 'total', Expression | undefined>>;

  constructor(
    readonly config: ObjectConfig,
    at: number,
    private readonly context: ApiContext,
  ) {
    this.field = `objects.${at}`;
    const base = new URL(context.config.baseUrl);
    this.#pager = pagerOf({ pagination: config.pagination, field: this.field, base, redact: context.redact });
    const find = (name: 'records' | 'id' | 'updatedAt' | 'deleted' | 'total') =>
      config[name] === undefined ? undefined : expressionOf(config[name], `${this.field}.${name}`);
    this.#find = {
      records: find('records'),
      id: find('id'),
      updatedAt: find('updatedAt'),
      deleted: find('deleted'),
      total: find('total'),
    };
  }

  get lookBackMs(): number {
    return (this.config.incremental?.lookBackSeconds ?? 0) * 1000;
  }

  /** Sizes within the config's bounds, of at most this many records where they allow it; fixed if the API has no size parameter. */
  pageSize(most = DEFAULT_PAGE): PageSize {
    const { min, max } = this.config.pageSize ?? { min: DEFAULT_PAGE, max: DEFAULT_PAGE };
    const size = Math.min(Math.max(most, min), max);
    return new PageSize({ min: Math.min(min, size), max: size });
  }

  /** One page; smaller than requested when the server cannot deliver as many records in time. */
  page({ at, bounds, parent, size, signal }: ApiRequest): Promise<ApiPage> {
    return size.attempt(async (wanted, onOverload) => {
      const step = this.#pager.step(at, wanted);
      const sentAt = performance.now();
      const response = await this.context.http.request({ ...this.#request(step, bounds, parent), signal, onOverload });
      // Changes made while the response was produced may be missing from it.
      const date = Date.parse(response.header('date') ?? '') - (performance.now() - sentAt);
      const body = response.json<Json>();
      const list = this.#find.records!(body);
      if (!Array.isArray(list))
        throw new Terminal(
          'SOURCE_INVALID_RESPONSE',
          `${this.field}.records finds ${shapeOf(list)} instead of a list of records; the response is ${shapeOf(body)}`,
          { field: `${this.field}.records` },
        );
      const next = this.#pager.next(at, step, { response, body, list: list as readonly Json[] });
      const total = this.#find.total?.(body);
      return {
        ...this.#records(list as readonly Json[], bounds, parent),
        next,
        ...(typeof total === 'number' && { estimate: total }),
        ...(Number.isFinite(date) && { date: new Date(date).toISOString() }),
      };
    }, signal);
  }

  #request(step: Step, bounds: Bounds, parent: SourceRecord | undefined): HttpRequest {
    const { method, path, query = {}, body = {}, parameters = method === 'POST' ? 'body' : 'query' } = this.config;
    const { baseUrl, headers } = this.context.config;
    const common = { method, headers: { accept: 'application/json', ...headers }, idempotent: true };
    // A next-page URL is complete; only the body of a POST is repeated.
    if (step.url !== undefined) return { ...common, url: step.url, ...(method === 'POST' && { json: body }) };
    const { pageSize, incremental } = this.config;
    const sent: Record<string, string | number> = { ...step.parameters };
    if (pageSize) sent[pageSize.param] = step.size;
    if (incremental && bounds.since !== undefined)
      sent[incremental.since] = writeTime(bounds.since, incremental.format);
    if (incremental?.until !== undefined && bounds.until !== undefined)
      sent[incremental.until] = writeTime(bounds.until, incremental.format);
    const filled = (text: string, encode = (value: string) => value) =>
      parent ? fill(text, parent, this.field, encode) : text;
    const fixed = Object.entries(query).map(([name, value]) => [name, filled(String(value))]);
    return {
      ...common,
      url: trimEndOf(baseUrl, '/') + filled(path, pathSegment),
      query: { ...Object.fromEntries(fixed), ...(parameters === 'query' && sent) },
      ...(method === 'POST' && { json: parameters === 'body' ? { ...body, ...sent } : body }),
    };
  }

  #records(list: readonly Json[], bounds: Bounds, parent: SourceRecord | undefined): Found {
    const records: SourceRecord[] = [];
    const problems: RecordProblem[] = [];
    for (const item of list) {
      const record = this.#record(item, parent);
      if ('code' in record) problems.push(record);
      else if (this.#within(record, bounds)) records.push(record);
    }
    return { records, problems };
  }

  #record(item: Json, parent: SourceRecord | undefined): SourceRecord | RecordProblem {
    const { name: objectType, timeFormat, parent: of } = this.config;
    const problem = (code: string, message: string, field?: string) => ({
      ...{ objectType, code, message, data: item },
      ...(field !== undefined && { field }),
    });
    if (!isJsonObject(item)) return problem('OBJECT_INVALID', `a record is ${shapeOf(item)}, not an object`);
    const id = this.#find.id!(item);
    if ((typeof id !== 'string' && typeof id !== 'number') || id === '')
      return problem('OBJECT_MISSING_ID', `${this.config.id} finds no id in a record`, this.config.id);
    const updatedAt = this.#find.updatedAt && readTime(this.#find.updatedAt(item), timeFormat);
    const deleted = this.#find.deleted?.(item);
    return {
      externalId: parent && of?.scoped ? `${parent.externalId}/${id}` : String(id),
      objectType,
      data: parent && of?.field !== undefined ? { ...item, [of.field]: parent.externalId } : item,
      ...(deleted !== undefined && deleted !== null && deleted !== false && { deleted: true }),
      ...(updatedAt !== undefined && { updatedAt }),
    };
  }

  /** Enforces bounds that the API has no parameter for, on records that have a time. */
  #within({ updatedAt }: SourceRecord, { since, until }: Bounds): boolean {
    if (updatedAt === undefined) return true;
    const { incremental } = this.config;
    if (since !== undefined && !incremental && updatedAt < since) return false;
    return until === undefined || updatedAt < until;
  }
}

/** A parent lacks the field, or its value cannot be used in a path. */
export class UnusableParent extends Error {}

function fill(text: string, { data }: SourceRecord, field: string, encode: (value: string) => string): string {
  return text.replace(/\{([^{}]+)\}/g, (_match, name: string) => {
    const value = expressionOf(name, `${field}.path`)(data);
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '')
      throw new UnusableParent(`${name} of the parent is neither text nor a number`);
    return encode(String(value));
  });
}

/** A dot segment would lead to another path. */
function pathSegment(value: string): string {
  if (/^\.{1,2}$/.test(value)) throw new UnusableParent('a field of the parent cannot be used in a path');
  return encodeURIComponent(value);
}
