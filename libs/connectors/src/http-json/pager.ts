import { createHash } from 'node:crypto';
import LinkHeader from 'http-link-header';
import { Terminal, type HttpResponse } from '@tidemark/resilience';
import { z } from 'zod';
import type { Json } from '@tidemark/connector-sdk';
import { expressionOf } from './expression.js';
import type { Pagination } from './http-json.config.js';

/**
 * The position of a page, small enough for a cursor. `size`: the page must have this size, like the previous one;
 * `behind`: the digest of the previous one.
 */
export const position = z.union([
  z.strictObject({ page: z.int(), size: z.int(), exact: z.boolean(), behind: z.string().optional() }),
  z.strictObject({ offset: z.int(), behind: z.string().optional() }),
  z.strictObject({ token: z.string(), size: z.int().optional() }),
  z.strictObject({ url: z.string(), size: z.int().optional() }),
]);
export type Position = z.infer<typeof position>;

/** How to request a page. */
export interface Step {
  readonly size: number;
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Replaces the object's own path and parameters. */
  readonly url?: string;
}

export interface Answer {
  readonly response: HttpResponse;
  readonly body: Json;
  /** The records in it. */
  readonly list: readonly Json[];
}

/** One kind of pagination. A null position is the beginning, or after the last page the end. */
export interface Pager {
  /** `wanted`: number of records; fewer are requested where the position does not allow as many. */
  step(at: Position | null, wanted: number): Step;
  next(at: Position | null, step: Step, answer: Answer): Position | null;
}

export interface PagerOptions {
  readonly pagination: Pagination;
  /** Path of the object in the config, for errors. */
  readonly field: string;
  readonly base: URL;
  redact(text: string): string;
}

export function pagerOf(options: PagerOptions): Pager {
  const { pagination, field } = options;
  const at = `${field}.pagination`;
  switch (pagination.kind) {
    case 'none':
      return { step: (_at, size) => ({ size, parameters: {} }), next: () => null };
    case 'link':
      return urlPager(options, pagination.resizable, ({ response }) => {
        const header = response.header('link');
        return header === undefined ? null : (parsedLink(header, at) ?? null);
      });
    case 'nextUrl': {
      const find = expressionOf(pagination.next, `${at}.next`);
      return urlPager(options, pagination.resizable, ({ body }) => find(body));
    }
    case 'cursor':
      return tokenPager(pagination, at);
    case 'page':
      return pagePager(pagination, at);
    case 'offset':
      return offsetPager(pagination, at);
  }
}

function parsedLink(header: string, field: string): string | undefined {
  try {
    return LinkHeader.parse(header).rel('next')[0]?.uri;
  } catch {
    throw invalid(`${field}: the Link header of the response is not valid`);
  }
}

/** Follows the URL in a response: on the same origin only, and without parameters added by the credential. */
function urlPager({ base, field, redact }: PagerOptions, resizable: boolean, find: (answer: Answer) => Json): Pager {
  const next = (target: Json, from: string): string => {
    if (typeof target !== 'string' || !URL.canParse(target, from))
      throw invalid(`${field}: the next-page link is not a valid URL`);
    const url = new URL(target, from);
    if (url.origin !== base.origin)
      throw invalid(`${field}: the next-page link leads to ${url.origin}, and only ${base.origin} may be called`);
    for (const [name, value] of [...url.searchParams]) if (redact(value) !== value) url.searchParams.delete(name);
    return url.pathname + url.search;
  };
  return {
    step: (at, wanted) => {
      if (!at || !('url' in at)) return { size: wanted, parameters: {} };
      return { size: at.size ?? wanted, parameters: {}, url: new URL(at.url, base).href };
    },
    next: (at, { size }, answer) => {
      const target = find(answer);
      if (target === null || target === '') return null;
      const url = next(target, answer.response.url);
      if (at && 'url' in at && at.url === url) throw repeated(field);
      return resizable ? { url } : { url, size };
    },
  };
}

function tokenPager({ next, param, resizable }: Pagination & { kind: 'cursor' }, field: string): Pager {
  const find = expressionOf(next, `${field}.next`);
  return {
    step: (at, wanted) => {
      if (!at || !('token' in at)) return { size: wanted, parameters: {} };
      return { size: at.size ?? wanted, parameters: { [param]: at.token } };
    },
    next: (at, { size }, { body }) => {
      const token = find(body);
      if (token === null || token === '' || token === false) return null;
      if (typeof token !== 'string' && typeof token !== 'number')
        throw invalid(`${field}.next: the token of the next page is neither text nor a number`);
      if (at && 'token' in at && at.token === String(token)) throw repeated(field);
      return resizable ? { token: String(token) } : { token: String(token), size };
    },
  };
}

function offsetPager({ param, more }: Pagination & { kind: 'offset' }, field: string): Pager {
  const follows = followsOf(more, field);
  const start = (at: Position | null) => (at && 'offset' in at ? at.offset : 0);
  return {
    step: (at, size) => ({ size, parameters: { [param]: start(at) } }),
    next: (at, _step, answer) => {
      if (!follows(answer)) return null;
      return { offset: start(at) + answer.list.length, behind: another(at, answer, `${field}.param`) };
    },
  };
}

/**
 * Page numbers depend on the page size. It changes only where the records so far fill whole pages of the new size, and
 * never once a page had fewer records than requested: the server may have its own limit.
 */
function pagePager({ param, first, more }: Pagination & { kind: 'page' }, field: string): Pager {
  const follows = followsOf(more, field);
  const known = (at: Position | null, wanted: number) =>
    at && 'page' in at ? at : { page: first, size: wanted, exact: true };
  const resized = (at: Position | null, wanted: number) => {
    const { page, size, exact } = known(at, wanted);
    if (!exact) return { page, size, exact };
    const passed = (page - first) * size;
    let fitting = wanted;
    while (passed % fitting !== 0) fitting--;
    return { page: first + passed / fitting, size: fitting, exact };
  };
  return {
    step: (at, wanted) => {
      const { page, size } = resized(at, wanted);
      return { size, parameters: { [param]: page } };
    },
    next: (at, { size, parameters }, answer) => {
      if (!follows(answer)) return null;
      const exact = known(at, size).exact && answer.list.length === size;
      const behind = another(at, answer, `${field}.param`);
      return { page: Number(parameters[param]) + 1, size, exact, behind };
    },
  };
}

/** Whether a page follows: as stated in the response, or as long as pages are not empty. */
function followsOf(more: string | undefined, field: string): (answer: Answer) => boolean {
  if (more === undefined) return ({ list }) => list.length > 0;
  const find = expressionOf(more, `${field}.more`);
  return ({ body }) => {
    const value = find(body);
    return value !== null && value !== false && value !== 0 && value !== '';
  };
}

/** The page's digest. @throws Terminal when it repeats the previous page: an API that ignores the parameter would never end */
function another(at: Position | null, { list }: Answer, field: string): string {
  const digest = createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 12);
  if (at && 'behind' in at && at.behind === digest && list.length > 0)
    throw invalid(`${field}: the response repeats the previous page, as if the API ignored this parameter`);
  return digest;
}

const invalid = (message: string) => new Terminal('SOURCE_INVALID_RESPONSE', message);
const repeated = (field: string) => invalid(`${field}: the next-page link of the response leads to the same page`);
