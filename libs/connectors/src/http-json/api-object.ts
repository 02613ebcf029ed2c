import { PageSize, Terminal, type ExternalError, type HttpClient } from '@tidemark/resilience';
import type { Json, RecordProblem, SourceRecord } from '@tidemark/connector-sdk';
import { requestRead, type AnswerPlan, type Read } from '../rest/answers.js';
import { shapeOf } from '../rest/expression.js';
import { writeEnd, writeTime } from '../rest/times.js';
import type { HttpJsonConfig, ObjectConfig } from './http-json.config.js';
import { pagerOf, type Pager, type Step } from './pager.js';
import { repeats, type Position } from './position.js';
import { RecordMapper, type Bounds, type Found } from './record-mapper.js';
import { RequestPlan } from './request-plan.js';

const DEFAULT_PAGE = 100;

export interface ApiPage extends Omit<Found, 'ids'> {
  readonly next: Position | null;
  readonly estimate?: number;
  /** When the page was requested, by the server's clock, ISO 8601; absent without a Date header. */
  readonly date?: string;
}

/** An export that is ready. */
export interface Prepared {
  readonly id: string;
  readonly url?: string | undefined;
}

export interface ApiRequest {
  readonly at: Position | null;
  readonly bounds: Bounds;
  readonly parent?: SourceRecord;
  readonly size: PageSize;
  readonly prepared?: Prepared | undefined;
  readonly signal: AbortSignal;
}

export interface ApiContext {
  readonly config: HttpJsonConfig;
  readonly http: HttpClient;
  redact(text: string): string;
}

/** The API refuses the token of a page: the read has to restart. */
export class TokenRefused extends Error {
  constructor(readonly reason: ExternalError) {
    super(reason.message);
  }
}

const NO_MORE = { records: [], problems: [], next: null };

/** One object of the config: requests its pages and finds the records in them. */
export class ApiObject {
  readonly field: string;
  readonly #pager: Pager;
  readonly #mapper: RecordMapper;
  readonly #requests: RequestPlan;
  readonly #answers: AnswerPlan;

  constructor(
    readonly config: ObjectConfig,
    at: number,
    readonly context: ApiContext,
  ) {
    this.field = `objects.${at}`;
    const { pagination, pageSize, incremental, method, parameters, records, total, format, delimiter } = config;
    const base = new URL(context.config.baseUrl);
    this.#pager = pagerOf({ pagination, field: this.field, base, redact: (text) => context.redact(text) });
    this.#mapper = new RecordMapper(config, this.field);
    const param = 'param' in pagination ? pagination.param : undefined;
    const placed = [
      ['size', pageSize?.param],
      ['since', incremental?.since],
      ['until', incremental?.until],
      [pagination.kind === 'page' || pagination.kind === 'offset' ? pagination.kind : 'cursor', param],
    ] as const;
    const named = parameters ?? (method === 'POST' ? 'body' : 'query');
    this.#requests = new RequestPlan(context.config, config as never, this.field, placed, named);
    this.#answers = {
      ...{ side: 'source', format, delimiter },
      rules: [...(config.answers ?? []), ...(context.config.answers ?? [])],
      find: [
        { text: records, field: `${this.field}.records` },
        { text: this.#pager.expression ?? '`null`', field: `${this.field}.pagination` },
        { text: total ?? '`null`', field: `${this.field}.total` },
      ],
      redact: (text) => context.redact(text),
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

  /** One page; smaller than requested when the server cannot deliver as many records in time. @throws TokenRefused */
  page({ at, bounds, parent, size, prepared, signal }: ApiRequest): Promise<ApiPage> {
    return size.attempt(async (wanted, onOverload) => {
      const step = this.#pager.step(at, wanted);
      const request = this.#requests.build(this.#values(step, at, bounds, prepared), parent, step.url ?? prepared?.url);
      const away = request.url.startsWith(new URL(this.context.config.baseUrl).origin) ? {} : { anonymous: true };
      const sentAt = performance.now();
      const read = await this.#ask({ ...request, ...away, onOverload }, at, signal);
      // Changes made while the response was produced may be missing from it.
      const date = Date.parse(read.response.header('date') ?? '') - (performance.now() - sentAt);
      return { ...(await this.#pageOf(read, { at, step, bounds, parent })), ...(Number.isFinite(date) && { date: new Date(date).toISOString() }) }; // prettier-ignore
    }, signal);
  }

  #values({ size, at: position }: Step, at: Position | null, bounds: Bounds, prepared: Prepared | undefined) {
    const { pagination, incremental, pageSize, timeZone: zone } = this.config;
    const { since = incremental?.beginning, until } = bounds;
    const style = { format: incremental?.format ?? 'iso', zone };
    const timed = !(pagination.kind === 'cursor' && pagination.alone && at !== null);
    return {
      ...(pageSize && { size }),
      ...(incremental && timed && since !== undefined && { since: writeTime(since, style) }),
      ...(incremental && timed && until !== undefined && { until: writeEnd(until, style) }),
      [pagination.kind === 'page' || pagination.kind === 'offset' ? pagination.kind : 'cursor']: position,
      export: prepared?.id,
    };
  }

  async #ask(request: Parameters<typeof requestRead>[1], at: Position | null, signal: AbortSignal): Promise<Read> {
    const { http } = this.context;
    try {
      const read = await requestRead(http, request, this.#answers, signal);
      // Only a later page can be behind the end, or have a token that is refused.
      const { then = '', message = read.said ?? 'no reason' } = read.rule ?? {};
      if (at === null && (then === 'end' || then === 'restart'))
        throw new Terminal('SOURCE_REQUEST_REFUSED', `${request.url} answered ${read.response.status}: ${this.context.redact(message)}`); // prettier-ignore
      if (then === 'restart')
        throw new TokenRefused(new Terminal('SOURCE_CURSOR_EXPIRED', this.context.redact(message)));
      return read;
    } catch (error) {
      const gone = error instanceof Terminal && error.status === 410;
      throw gone && at !== null && ('token' in at || 'url' in at) ? new TokenRefused(error) : error;
    }
  }

  async #pageOf(
    { response, found, rule, said }: Read,
    { at, step, bounds, parent }: Pick<ApiRequest, 'at' | 'bounds' | 'parent'> & { readonly step: Step },
  ): Promise<ApiPage> {
    if (rule && (rule.then === 'empty' || rule.then === 'end')) return NO_MORE;
    const [records = null, more = null, total] = found;
    const list = this.#listOf(records, response.status, rule?.then, said);
    const { ids, ...mapped } = await this.#mapper.map(list, bounds, parent);
    const { pagination } = this.config;
    if ('repeated' in pagination && pagination.repeated === 'end' && repeats(at, ids, list.length)) return NO_MORE;
    const next = this.#pager.next(at, step, { response, found: more, count: list.length, ids });
    const incomplete = rule?.then === 'problem' ? [this.#incomplete(rule.message ?? said)] : [];
    return {
      records: mapped.records,
      problems: [...incomplete, ...mapped.problems],
      next,
      ...(typeof total === 'number' && { estimate: total }),
    };
  }

  #listOf(list: Json, status: number, rule: string | undefined, said: string | null): readonly Json[] {
    if (Array.isArray(list)) return list as readonly Json[];
    const { nullable, format } = this.config;
    if (list === null && (nullable || status === 204 || rule === 'ignore' || rule === 'problem')) return [];
    // XML has no lists: a single element looks like an object.
    if (format === 'xml' && list !== null) return [list];
    const field = `${this.field}.records`;
    const spoken = said === null ? '' : `, and says: ${said}`;
    const message = `${field} finds ${shapeOf(list)} instead of a list of records${spoken}`;
    throw new Terminal('SOURCE_INVALID_RESPONSE', message, { field });
  }

  #incomplete(message: string | null): RecordProblem {
    const what = this.context.redact(message ?? 'the response reports an error beside its data');
    return { objectType: this.config.name, code: 'RESPONSE_INCOMPLETE', message: what };
  }
}
