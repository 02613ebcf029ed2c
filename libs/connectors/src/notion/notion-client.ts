import { isJsonObject, trimEndOf } from '@tidemark/foundation';
import {
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  type PageSize,
  Retryable,
  Terminal,
} from '@tidemark/resilience';
import type { JsonObject } from '@tidemark/connector-sdk';

export const NOTION_VERSION = '2026-03-11';

/** How often a list is restarted after Notion forgot its cursor, without any progress in between. */
export const MAX_REFUSALS = 3;

export const cursorsRefused = () =>
  new Retryable('SOURCE_INVALID_RESPONSE', 'Notion refuses the cursors that it returns');

export interface List {
  readonly items: readonly JsonObject[];
  /** Where it continues; null after the last page. Notion forgets an unused one after a while. */
  readonly next: string | null;
  /** Whether it was truncated at the limit of one query (10,000 results). */
  readonly cutOff: boolean;
  /** Notion's time, milliseconds since 1970. */
  readonly at: number;
}

type ListRequest = Pick<HttpRequest, 'json' | 'query'>;
type RequestOf = (size: number) => ListRequest;

/** Notion's API. @throws ExternalError */
export class NotionClient {
  readonly #http: HttpClient;
  readonly #apiUrl: string;
  readonly #now: () => number;

  constructor(http: HttpClient, apiUrl: string, now: () => number) {
    this.#http = http;
    this.#apiUrl = apiUrl;
    this.#now = now;
  }

  async get(path: string, signal: AbortSignal): Promise<{ readonly body: JsonObject; readonly at: number }> {
    const answer = await this.#request(path, { signal });
    const body = answer.json();
    if (!isJsonObject(body)) throw unexpectedJson();
    return { body, at: this.#timeOf(answer) };
  }

  /** A page of a list read by POST; null when Notion has forgotten the cursor. */
  post(path: string, body: object, start: string | undefined, pageSize: PageSize, signal: AbortSignal) {
    const json = { ...body, ...(start !== undefined && { start_cursor: start }) };
    return this.#list(path, (size) => ({ json: { ...json, page_size: size } }), start, pageSize, signal);
  }

  /** The blocks directly in a page or block; null when Notion has forgotten the cursor. */
  children(id: string, start: string | undefined, pageSize: PageSize, signal: AbortSignal) {
    const of: RequestOf = (size) => ({ query: { page_size: size, start_cursor: start } });
    return this.#list(`/v1/blocks/${id}/children`, of, start, pageSize, signal);
  }

  #list(path: string, of: RequestOf, start: string | undefined, pageSize: PageSize, signal: AbortSignal) {
    return pageSize.attempt(async (size, onOverload): Promise<List | null> => {
      const expect = start === undefined ? [] : [400];
      const answer = await this.#request(path, { ...of(size), signal, expect, onOverload });
      if (answer.status !== 400) return this.#listOf(answer);
      const { code, message } = answer.json<{ code?: unknown; message?: unknown }>();
      if (code === 'validation_error' && /start_cursor/.test(String(message))) return null;
      throw new Terminal('SOURCE_REQUEST_REFUSED', `Notion refused the request: ${String(message)}`, { status: 400 });
    }, signal);
  }

  #listOf(answer: HttpResponse): List {
    const body = answer.json();
    if (!isJsonObject(body) || !Array.isArray(body['results'])) throw unexpectedJson();
    const { results, next_cursor: next, has_more: more, request_status: status } = body;
    return {
      items: results as unknown as JsonObject[],
      next: more === true && typeof next === 'string' ? next : null,
      cutOff: isJsonObject(status) && status['type'] === 'incomplete',
      at: this.#timeOf(answer),
    };
  }

  #timeOf(answer: HttpResponse): number {
    const served = Date.parse(answer.header('date') ?? '');
    return Number.isNaN(served) ? this.#now() : served;
  }

  async #request(path: string, request: Omit<HttpRequest, 'url' | 'method' | 'headers'>): Promise<HttpResponse> {
    try {
      return await this.#http.request({
        ...request,
        url: trimEndOf(this.#apiUrl, '/') + path,
        method: request.json === undefined ? 'GET' : 'POST',
        headers: { 'notion-version': NOTION_VERSION },
        // Reading a list by POST changes nothing.
        idempotent: true,
      });
    } catch (error) {
      // A conflict with a concurrent change: the reference says to retry.
      if (error instanceof Terminal && error.status === 409)
        throw new Retryable('SOURCE_UNREACHABLE', error.message, { cause: error, status: 409 });
      throw error;
    }
  }
}

const unexpectedJson = () => new Retryable('SOURCE_INVALID_RESPONSE', 'Notion returned unexpected JSON');
