import { trimEndOf, type Json, type JsonObject } from '@tidemark/foundation';
import { excerptOf, type ExternalError, Terminal, type HttpRequest } from '@tidemark/resilience';
import type { ConnectorContext, RowResult } from '@tidemark/connector-sdk';
import { requestRead, type AnswerPlan, type Read } from '../rest/answers.js';
import { evaluate } from '../rest/evaluate.js';
import { formOf } from '../rest/placement.js';
import { templateOf, textTemplate, Unfillable, type Template } from '../rest/template.js';
import type { HttpConfig, OperationConfig } from './http.config.js';
import { codeOf, ResultReader, textOf } from './results.js';

export type Kind = 'append' | 'upsert' | 'update' | 'delete';

/** A row to send, with its place in the batch. */
export interface Outgoing {
  readonly data: JsonObject;
  readonly index: number;
  /** The values of its key, joined. */
  readonly key: string;
}

/** Refusals of what was sent; others are about the request as such. */
const REFUSALS: ReadonlySet<number> = new Set([400, 406, 409, 411, 412, 413, 414, 415, 422, 431, 451]);

type Failure = Extract<RowResult, { status: 'failed' }>;

/** One operation of an object: sends rows, and finds out what became of each. */
export class Operation {
  readonly #body: Template;
  readonly #row: Template;
  readonly #path: (values: Json) => string;
  readonly #query: readonly (readonly [string, (values: Json) => string])[];
  readonly #id: ((values: Json) => string) | undefined;
  readonly #results: ResultReader;
  readonly #plan: AnswerPlan;
  readonly #namesRow: boolean;

  constructor(
    readonly config: OperationConfig,
    readonly kind: Kind,
    /** Path in the config. */
    readonly field: string,
    private readonly context: ConnectorContext<HttpConfig>,
  ) {
    const { body, row, path, query = {}, id, rowsPerRequest, created, retryStatuses } = config;
    const redact = (text: string) => context.redact(text);
    this.#body = templateOf(body ?? (rowsPerRequest > 1 ? '{{rows}}' : '{{row}}'));
    this.#row = templateOf(row ?? '{{row}}');
    this.#path = textTemplate(path, pathSegment);
    this.#query = Object.entries(query).map(([name, value]) => [name, textTemplate(String(value))] as const);
    this.#id = id === undefined ? undefined : textTemplate(id);
    this.#namesRow = /\{\{/.test(path);
    this.#results = new ResultReader(config, field, redact);
    const passing = retryStatuses.length === 0 ? [] : [{ status: retryStatuses, then: 'retry' }];
    const decides = created === undefined ? [] : [{ when: created, then: 'created' }];
    this.#plan = {
      ...{ side: 'destination', format: 'json', redact },
      rules: [...passing, ...(context.config.answers ?? []), ...decides],
      find: this.#results.expressions,
    };
  }

  /** Whether a request may be sent again without doing anything twice. */
  get repeatable(): boolean {
    return this.kind !== 'append' || this.config.idempotencyHeader !== undefined;
  }

  /** Sends rows in one request; refused ones again in halves, so that only those at fault are refused. @throws ExternalError */
  async send(rows: readonly Outgoing[], batch: string, signal: AbortSignal): Promise<readonly RowResult[]> {
    let request: HttpRequest;
    let ids: readonly string[];
    try {
      ids = rows.map(({ data, key }) => this.#id?.({ row: data }) ?? key);
      request = this.#request(rows, batch);
    } catch (error) {
      if (!(error instanceof Unfillable)) throw error;
      return rows.length > 1 ? this.#halves(rows, batch, signal) : [{ status: 'failed', code: 'ROW_INVALID', message: error.message, retryable: false }]; // prettier-ignore
    }
    try {
      return this.#resultsOf(await requestRead(this.context.http, request, this.#plan, signal), ids);
    } catch (error) {
      const result = this.#ofRow(error, rows.length);
      if (result === undefined) throw error;
      return rows.length > 1 ? this.#halves(rows, batch, signal) : [result];
    }
  }

  async #halves(rows: readonly Outgoing[], batch: string, signal: AbortSignal): Promise<readonly RowResult[]> {
    const middle = Math.ceil(rows.length / 2);
    const first = await this.send(rows.slice(0, middle), batch, signal);
    return [...first, ...(await this.send(rows.slice(middle), batch, signal))];
  }

  #request(rows: readonly Outgoing[], batch: string): HttpRequest {
    const { method, bodyFormat, idempotencyHeader, body } = this.config;
    const { baseUrl, headers } = this.context.config;
    const single: JsonObject = rows.length === 1 ? { row: rows[0]!.data, index: rows[0]!.index } : {};
    const listed = rows.map(({ data, index }) => this.#row({ row: data, index, batch: { id: batch } }));
    const values: JsonObject = { ...single, rows: listed, batch: { id: batch } };
    const query = Object.fromEntries(this.#query.map(([name, value]) => [name, value(values)]));
    const sent = method === 'DELETE' && body === undefined ? undefined : this.#body(values);
    const repeated = idempotencyHeader && { [idempotencyHeader]: `${batch}-${rows[0]!.index}-${rows.length}` };
    const form = bodyFormat === 'form' && { 'content-type': 'application/x-www-form-urlencoded' };
    return {
      ...{ method, query, idempotent: this.repeatable },
      url: trimEndOf(baseUrl, '/') + this.#path(values),
      headers: { ...headers, ...repeated, ...form },
      ...(sent !== undefined && (form ? { body: formOf(sent) } : { json: sent })),
    };
  }

  #resultsOf({ response, found, rule }: Read, ids: readonly string[]): readonly RowResult[] {
    if (rule?.then === 'skip') return ids.map(() => ({ status: 'skipped' }));
    const isNew = this.kind === 'append' || rule?.then === 'created' || (this.config.created === undefined && response.status === 201); // prettier-ignore
    const written = { status: this.kind === 'delete' ? 'deleted' : isNew ? 'created' : 'updated' } as const;
    return this.#results.read(found, ids, written);
  }

  /** The result of a row whose request was refused, if that is about the row; undefined: about all of them. */
  #ofRow(error: unknown, count: number): RowResult | undefined {
    if (!(error instanceof Terminal) || error.status === undefined) return undefined;
    const { status } = error;
    const { missing } = this.config;
    if (count === 1 && missing.includes(status) && (this.kind === 'update' || this.kind === 'delete')) return { status: 'skipped' }; // prettier-ignore
    const ofRow = REFUSALS.has(status) || (this.#namesRow && missing.includes(status));
    return ofRow ? this.#refusal(error, status) : undefined;
  }

  #refusal({ detail, message }: ExternalError, status: number): Failure {
    const { refusal = {} } = this.config;
    const answer = { status, body: (detail ?? null) as Json };
    const said = (text: string | undefined): string | undefined => {
      try {
        return text === undefined ? undefined : textOf(evaluate(answer, [text])[0]!);
      } catch {
        return undefined; // The answer has another form than the config expects.
      }
    };
    const field = said(refusal.field);
    return {
      status: 'failed',
      code: codeOf(said(refusal.code)),
      message: this.context.redact(said(refusal.message) ?? excerptOf(detail) ?? message),
      retryable: false,
      ...(field !== undefined && { field }),
    };
  }
}

/** An empty segment or a dot segment would lead to another path. */
function pathSegment(value: string, expression: string): string {
  if (value === '' || /^\.{1,2}$/.test(value)) throw new Unfillable(`${expression} has no value for the path`);
  return encodeURIComponent(value);
}
