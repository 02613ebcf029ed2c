import { isJsonObject, type Json } from '@tidemark/foundation';
import { Terminal } from '@tidemark/resilience';
import type { RowResult } from '@tidemark/connector-sdk';
import { expressionOf, type Expression } from '../rest/expression.js';
import type { OperationConfig, ResultsConfig } from './http.config.js';

type Failure = Extract<RowResult, { status: 'failed' }>;

type CompiledList = ResultsConfig & { readonly find: Readonly<Record<string, Expression | undefined>> };

/** Finds what became of rows in the answer to a request. */
export class ResultReader {
  readonly #lists: readonly CompiledList[];

  constructor(
    { results = [] }: OperationConfig,
    private readonly field: string,
    private readonly redact: (text: string) => string,
  ) {
    this.#lists = results.map((list, at) => ({
      ...list,
      find: Object.fromEntries(
        FOUND.map((name) => [name, list[name] === undefined ? undefined : expressionOf(list[name], `${field}.results.${at}.${name}`)]), // prettier-ignore
      ),
    }));
  }

  /** Expressions on the body that `read` needs the values of. */
  get expressions(): { readonly text: string; readonly field: string }[] {
    return this.#lists.map(({ rows }, at) => ({ text: rows, field: `${this.field}.results.${at}.rows` }));
  }

  /** A result for each row. `lists`: values of `expressions`. `written`: what a row is that was simply written. */
  read(lists: readonly Json[], ids: readonly string[], written: RowResult): readonly RowResult[] {
    if (this.#lists.length === 0) return ids.map(() => written);
    const results: (RowResult | undefined)[] = ids.map(() => undefined);
    this.#lists.forEach((list, at) => {
      const items = lists[at] ?? null;
      if (items === null) return;
      const where = `${this.field}.results.${at}`;
      if (!Array.isArray(items)) throw invalid(`${where}.rows finds no list in the answer`, `${where}.rows`);
      if (!list.match && items.length !== ids.length)
        throw invalid(`${where}.rows finds ${items.length} results for ${ids.length} rows`, `${where}.rows`);
      (items as readonly Json[]).forEach((item, n) => {
        const result = this.#resultOf(list, item, written);
        for (const row of list.match ? rowsOf(list.find['match']!(item), ids) : [n]) results[row] = result;
      });
    });
    return results.map((result) => result ?? MISSING);
  }

  #resultOf({ status, find }: CompiledList, item: Json, written: RowResult): RowResult {
    const ok = find['ok'] ? isTrue(find['ok'](item)) : true;
    if (status === 'failed' || (status === undefined && !ok)) return this.#failure(find, item);
    if (status !== undefined) return { status };
    if (!find['created']) return written;
    return { status: isTrue(find['created'](item)) ? 'created' : 'updated' };
  }

  #failure(find: Readonly<Record<string, Expression | undefined>>, item: Json): Failure {
    const said = (name: string) => textOf(find[name]?.(item) ?? null);
    const field = said('field');
    return {
      status: 'failed',
      code: codeOf(said('code')),
      message: this.redact(said('message') ?? 'the destination refuses the row'),
      retryable: find['retryable'] ? isTrue(find['retryable'](item)) : false,
      ...(field !== undefined && { field }),
    };
  }
}

const FOUND = ['match', 'ok', 'created', 'code', 'message', 'field', 'retryable'] as const;

/** The answer names no result for the row: whether it was written is not known, and repeating does no harm. */
const MISSING: RowResult = {
  ...{ status: 'failed', code: 'RESULT_MISSING', retryable: true },
  message: 'the answer has no result for this row',
};

/** Rows with one of these ids, in any case where none is exactly the same. */
function rowsOf(match: Json, ids: readonly string[]): number[] {
  const wanted = (Array.isArray(match) ? (match as readonly Json[]) : [match]).map((id) => String(id as string));
  return wanted.flatMap((id) => {
    const exact = ids.indexOf(id);
    const near = exact < 0 ? ids.findIndex((other) => other.toLowerCase() === id.toLowerCase()) : exact;
    return near < 0 ? [] : [near];
  });
}

/** A system's code in upper snake case. */
export function codeOf(found: string | undefined): string {
  const code = (found ?? '').replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase().replace(/[^A-Z0-9]+/g, '_').slice(0, 64); // prettier-ignore
  if (code === '' || code === '_') return 'ROW_REFUSED';
  return /^[A-Z]/.test(code) ? code : `CODE_${code}`;
}

export const textOf = (value: Json): string | undefined =>
  value === null || value === '' ? undefined : typeof value === 'string' ? value.slice(0, 1000) : JSON.stringify(value).slice(0, 1000); // prettier-ignore

const isTrue = (value: Json): boolean =>
  value !== null && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0) && !(isJsonObject(value) && Object.keys(value).length === 0); // prettier-ignore

const invalid = (message: string, field: string) => new Terminal('DESTINATION_INVALID_RESPONSE', message, { field });
