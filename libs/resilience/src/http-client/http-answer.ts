import { isUtf8 } from 'node:buffer';
import { Retryable } from '../external-error.js';
import { displayUrl } from '../fetch-error.js';
import { JsonTooDeep, parseJson } from './exact-json.js';
import type { Exchanged } from './exchange.js';
import { codeOf } from './http-errors.js';
import type { HttpResponse, Side } from './http-types.js';
import { jsonErrorPosition } from './json-position.js';

/** A response with its body in memory. */
export class HttpAnswer implements HttpResponse {
  readonly status: number;
  readonly notModified: boolean;
  readonly header: (name: string) => string | undefined;
  readonly headers: () => Record<string, string>;
  readonly body: Uint8Array;
  readonly url: string;
  readonly redirects: number;
  readonly #side: Side;

  constructor({ status, notModified, header, headers, body, url, redirects }: Exchanged, side: Side) {
    this.status = status;
    this.notModified = notModified;
    this.header = header;
    this.headers = headers;
    this.body = body;
    this.url = url.href;
    this.redirects = redirects;
    this.#side = side;
  }

  text(): string {
    return new TextDecoder().decode(this.body);
  }

  json<T = unknown>(): T {
    if (!isUtf8(this.body)) throw this.#invalid('is not UTF-8');
    const text = this.text();
    try {
      return parseJson(text) as T;
    } catch (error) {
      if (error instanceof JsonTooDeep) throw this.#invalid(error.message);
      // The parser's own message quotes the body.
      throw this.#invalid(text === '' ? 'is empty' : `is not JSON from character ${jsonErrorPosition(text)} on`);
    }
  }

  #invalid(what: string): Retryable {
    const where = displayUrl(new URL(this.url));
    return new Retryable(codeOf(this.#side, 'INVALID_RESPONSE'), `${where}: the answer ${what}`, {
      status: this.status,
    });
  }
}
