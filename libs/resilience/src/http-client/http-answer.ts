import { Retryable } from '../external-error.js';
import { displayUrl } from '../fetch-error.js';
import type { Exchanged } from './exchange.js';
import { codeOf } from './http-errors.js';
import type { HttpResponse, Side } from './http-types.js';
import { jsonErrorPosition } from './json-position.js';

/** An answer with its body in memory. */
export class HttpAnswer implements HttpResponse {
  readonly status: number;
  readonly notModified: boolean;
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
  readonly url: string;
  readonly redirects: number;
  readonly #side: Side;

  constructor({ status, notModified, header, body, url, redirects }: Exchanged, side: Side) {
    this.status = status;
    this.notModified = notModified;
    this.header = header;
    this.body = body;
    this.url = url.href;
    this.redirects = redirects;
    this.#side = side;
  }

  text(): string {
    return new TextDecoder().decode(this.body);
  }

  json<T = unknown>(): T {
    const text = this.text();
    try {
      return JSON.parse(text) as T;
    } catch {
      // The parser's own words quote the body.
      const where = displayUrl(new URL(this.url));
      const what = text === '' ? 'is empty' : `is not JSON from character ${jsonErrorPosition(text)} on`;
      throw new Retryable(codeOf(this.#side, 'INVALID_RESPONSE'), `${where}: the answer ${what}`, {
        status: this.status,
      });
    }
  }
}
