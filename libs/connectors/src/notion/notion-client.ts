import { type HttpClient, type HttpResponse, type PageSize, Retryable, Terminal } from '@tidemark/resilience';
import type { JsonObject } from '../sdk/source.js';

export const NOTION_VERSION = '2026-03-11';

/** So often a list is begun anew, since Notion forgot its cursor, without coming any further. */
export const MAX_REFUSALS = 3;

export const cursorsRefused = () =>
  new Retryable('SOURCE_INVALID_RESPONSE', 'Notion does not take the cursors that it gives');

export interface List {
  readonly items: readonly JsonObject[];
  /** Where it goes on; null behind the last page. Notion forgets it when nobody asks for a while. */
  readonly next: string | null;
  /** Whether it ends because one question yields no more (10,000 results), though there is more. */
  readonly cutOff: boolean;
  /** Of Notion's clock, milliseconds since 1970. */
  readonly at: number;
}

type Ask = (size: number) => { readonly json?: object; readonly query?: Record<string, string | number | undefined> };

/** Notion's API. @throws ExternalError */
export class NotionClient {
  constructor(
    private readonly http: HttpClient,
    private readonly apiUrl: string,
    private readonly now: () => number,
  ) {}

  async get(path: string, signal: AbortSignal): Promise<{ readonly body: JsonObject; readonly at: number }> {
    const answer = await this.#ask(path, {}, signal);
    const body = answer.json();
    if (!isObject(body)) throw notWhatWasAsked();
    return { body, at: this.#timeOf(answer) };
  }

  /** A page of a list that is asked for by POST; null when Notion does not know the cursor any more. */
  post(path: string, body: object, start: string | undefined, pageSize: PageSize, signal: AbortSignal) {
    const json = { ...body, ...(start !== undefined && { start_cursor: start }) };
    return this.#list(path, (size) => ({ json: { ...json, page_size: size } }), start, pageSize, signal);
  }

  /** The blocks directly in a page or block; null when Notion does not know the cursor any more. */
  children(id: string, start: string | undefined, pageSize: PageSize, signal: AbortSignal) {
    const ask: Ask = (size) => ({ query: { page_size: size, start_cursor: start } });
    return this.#list(`/v1/blocks/${id}/children`, ask, start, pageSize, signal);
  }

  #list(path: string, ask: Ask, start: string | undefined, pageSize: PageSize, signal: AbortSignal) {
    return pageSize.attempt(async (size): Promise<List | null> => {
      const answer = await this.#ask(path, ask(size), signal, start === undefined ? [] : [400]);
      if (answer.status !== 400) return this.#listOf(answer);
      const { code, message } = answer.json<{ code?: unknown; message?: unknown }>();
      if (code === 'validation_error' && /start_cursor/.test(String(message))) return null;
      throw new Terminal('SOURCE_REQUEST_REFUSED', `Notion refused the request: ${String(message)}`, { status: 400 });
    }, signal);
  }

  #listOf(answer: HttpResponse): List {
    const body = answer.json();
    if (!isObject(body) || !Array.isArray(body['results'])) throw notWhatWasAsked();
    const { results, next_cursor: next, has_more: more, request_status: status } = body;
    return {
      items: results as unknown as JsonObject[],
      next: more === true && typeof next === 'string' ? next : null,
      cutOff: isObject(status) && status['type'] === 'incomplete',
      at: this.#timeOf(answer),
    };
  }

  #timeOf(answer: HttpResponse): number {
    const served = Date.parse(answer.header('date') ?? '');
    return Number.isNaN(served) ? this.now() : served;
  }

  async #ask(path: string, asked: ReturnType<Ask>, signal: AbortSignal, expect: readonly number[] = []) {
    try {
      return await this.http.request({
        url: this.apiUrl.replace(/\/+$/, '') + path,
        ...(asked.json && { method: 'POST' as const, json: asked.json }),
        ...(asked.query && { query: asked.query }),
        ...{ signal, expect },
        headers: { 'notion-version': NOTION_VERSION },
        // Lists that are asked for by POST change nothing.
        idempotent: true,
      });
    } catch (error) {
      // A conflict with somebody's change: the reference says to try again.
      if (error instanceof Terminal && error.status === 409)
        throw new Retryable('SOURCE_UNREACHABLE', error.message, { cause: error, status: 409 });
      throw error;
    }
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const notWhatWasAsked = () =>
  new Retryable('SOURCE_INVALID_RESPONSE', 'Notion answered with JSON that is not what was asked for');
