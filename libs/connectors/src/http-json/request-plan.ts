import { isJsonObject, trimEndOf, type Json } from '@tidemark/foundation';
import type { HttpRequest } from '@tidemark/resilience';
import type { SourceRecord } from '@tidemark/connector-sdk';
import { expressionOf } from '../rest/expression.js';
import { namesIn } from '../rest/placeholders.config.js';
import { fillBody, fillText, type Values } from '../rest/placeholders.js';
import type { Placement } from '../rest/placement.config.js';
import { formOf, setAt } from '../rest/placement.js';
import type { HttpJsonConfig } from './http-json.config.js';

/** The values of a page's request; those without a value are not sent. */
export interface PageValues extends Values {
  readonly since?: Json | undefined;
  readonly until?: Json | undefined;
  readonly size?: Json | undefined;
  readonly cursor?: Json | undefined;
  readonly page?: Json | undefined;
  readonly offset?: Json | undefined;
  readonly export?: Json | undefined;
}

const NONE = { since: null, until: null, size: null, cursor: null, page: null, offset: null, export: null };

/** The fixed parts of a request. */
export interface RequestParts {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly query?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly body?: { readonly [name: string]: Json } | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly bodyFormat: 'json' | 'form';
}

/** A part of the config, and where its value goes. */
export type Placed = readonly (readonly [keyof typeof NONE, Placement | undefined])[];

/** Builds the requests of one object from its config. */
export class RequestPlan {
  readonly #placed: Placed;

  constructor(
    private readonly config: Pick<HttpJsonConfig, 'baseUrl' | 'headers'>,
    private readonly parts: RequestParts,
    /** Path in the config, for errors. */
    private readonly field: string,
    placed: Placed,
    /** Where parameters go that are only named. */
    private readonly named: 'query' | 'body',
  ) {
    this.#placed = placed.filter(([, place]) => place !== undefined);
  }

  /** The request of a page. A URL is complete; only the body of a POST is repeated. */
  build(given: PageValues, parent?: SourceRecord, url?: string): HttpRequest {
    const { method, path, query = {}, body } = this.parts;
    const values = { ...NONE, ...given, ...this.#parentValues(parent) };
    const headers: Record<string, string> = { ...this.config.headers };
    for (const [name, value] of Object.entries(this.parts.headers ?? {})) headers[name] = fillText(value, values);
    const common = { method, headers, idempotent: true };
    if (url !== undefined) return { ...common, url, ...(method === 'POST' && this.#body({ ...body })) };
    const sentQuery: Record<string, string | number | boolean> = {};
    for (const [name, value] of Object.entries(query)) {
      const filled = typeof value === 'string' ? fillText(value, values) : value;
      if (filled !== '' || value === '') sentQuery[name] = typeof filled === 'string' ? this.#ofParent(filled, parent) : filled; // prettier-ignore
    }
    const filledBody = fillBody((body ?? {}) as Json, values);
    const sentBody = (isJsonObject(filledBody) ? filledBody : {}) as Record<string, Json>;
    let target = path;
    for (const [name, place] of this.#placed) {
      const value = values[name];
      if (value === null || value === undefined) {
        if (typeof place === 'object' && place.in === 'path') target = target.replaceAll(`{${place.name}}`, '');
        continue;
      }
      const to = typeof place === 'string' ? { in: this.named, name: place } : place!;
      if (to.in === 'header') headers[to.name] = String(value as string);
      else if (to.in === 'query') sentQuery[to.name] = typeof value === 'object' ? JSON.stringify(value) : value;
      else if (to.in === 'path')
        target = target.replaceAll(`{${to.name}}`, encodeURIComponent(String(value as string)));
      else if (typeof place === 'string') sentBody[to.name] = value;
      else setAt(sentBody, to.name, value);
    }
    const filled = fillText(target, values, encodeURIComponent);
    return {
      ...common,
      url: trimEndOf(this.config.baseUrl, '/') + this.#ofParent(filled, parent, pathSegment),
      query: sentQuery,
      ...(method === 'POST' && this.#body(sentBody)),
    };
  }

  /** Fields of the parent that the body names: `{{parent.id}}`. */
  #parentValues(parent: SourceRecord | undefined): Values {
    if (!parent) return {};
    const names = namesIn(JSON.stringify(this.parts.body ?? null)).filter((name) => name.startsWith('parent.'));
    return Object.fromEntries(
      names.map((name) => [name, expressionOf(name.slice(7), `${this.field}.body`)(parent.data)]),
    );
  }

  #body(body: Json): Pick<HttpRequest, 'json' | 'body' | 'headers'> {
    if (this.parts.bodyFormat === 'json') return { json: body };
    const headers = { ...this.config.headers, ...this.parts.headers, 'content-type': 'application/x-www-form-urlencoded' }; // prettier-ignore
    return { body: formOf(body), headers };
  }

  #ofParent(text: string, parent: SourceRecord | undefined, encode = (value: string) => value): string {
    if (!parent) return text;
    return text.replace(/\{([^{}]+)\}/g, (_match, name: string) => {
      const value = expressionOf(name, `${this.field}.path`)(parent.data);
      if ((typeof value !== 'string' && typeof value !== 'number') || value === '')
        throw new UnusableParent(`${name} of the parent is neither text nor a number`);
      return encode(String(value));
    });
  }
}

/** A parent lacks the field, or its value cannot be used in a path. */
export class UnusableParent extends Error {}

/** A dot segment would lead to another path. */
function pathSegment(value: string): string {
  if (/^\.{1,2}$/.test(value)) throw new UnusableParent('a field of the parent cannot be used in a path');
  return encodeURIComponent(value);
}
