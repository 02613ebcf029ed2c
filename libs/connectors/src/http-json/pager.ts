import LinkHeader from 'http-link-header';
import { Terminal, type HttpResponse } from '@tidemark/resilience';
import type { Json } from '@tidemark/connector-sdk';
import type { Finder, Pagination } from './pagination.config.js';
import { passed, type Position, repeats } from './position.js';

/** How to request a page. */
export interface Step {
  readonly size: number;
  /** The position in the list, as the API counts it: a token, a page number or an offset. */
  readonly at: Json;
  /** Replaces the object's own path and parameters. */
  readonly url?: string;
}

export interface Answer {
  readonly response: HttpResponse;
  /** What `next` or `more` of the config found, if it is an expression. */
  readonly found: Json;
  /** Number of records in it. */
  readonly count: number;
  /** The ids of the records, as one text. */
  readonly ids: string;
}

/** One kind of pagination. A null position is the beginning, or after the last page the end. */
export interface Pager {
  /** The expression that `found` of an answer is the value of. */
  readonly expression: string | undefined;
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
      return { expression: undefined, step: (_at, size) => ({ size, at: null }), next: () => null };
    case 'link':
      return urlPager(options, pagination.resizable, undefined, ({ response }) => {
        const header = response.header('link');
        return header === undefined ? null : (parsedLink(header, at) ?? null);
      });
    case 'nextUrl':
      return urlPager(options, pagination.resizable, expressionIn(pagination.next), finderOf(pagination.next));
    case 'cursor':
      return tokenPager(pagination, at);
    case 'page':
      return pagePager(pagination, at);
    case 'offset':
      return offsetPager(pagination, at);
  }
}

const expressionIn = (finder: Finder): string | undefined => (typeof finder === 'string' ? finder : undefined);

/** A header that says `null` names no page. */
const finderOf =
  (finder: Finder) =>
  ({ response, found }: Answer): Json => {
    if (typeof finder === 'string') return found;
    const value = response.header(finder.header);
    return value === undefined || /^(?:null|none)?$/i.test(value.trim()) ? null : value.trim();
  };

function parsedLink(header: string, field: string): string | undefined {
  try {
    return LinkHeader.parse(header).rel('next')[0]?.uri;
  } catch {
    throw invalid(`${field}: the Link header of the response is not valid`);
  }
}

/** Follows the URL in a response: on the same origin only, and without parameters added by the credential. */
function urlPager(
  { base, field, redact }: PagerOptions,
  resizable: boolean,
  expression: string | undefined,
  find: (answer: Answer) => Json,
): Pager {
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
    expression,
    step: (at, wanted) => {
      if (!at || !('url' in at)) return { size: wanted, at: null };
      return { size: at.size ?? wanted, at: null, url: new URL(at.url, base).href };
    },
    next: (at, { size }, answer) => {
      const target = find(answer);
      if (target === null || target === '' || target === false) return null;
      const url = next(target, answer.response.url);
      if (at && 'url' in at && at.url === url) throw repeated(field);
      const trail = passed(at, { token: url, ...answer }, field);
      return { url, ...(!resizable && { size }), ...trail };
    },
  };
}

function tokenPager(pagination: Pagination & { kind: 'cursor' }, field: string): Pager {
  const find = finderOf(pagination.next);
  return {
    expression: expressionIn(pagination.next),
    step: (at, wanted) => {
      if (!at || !('token' in at)) return { size: wanted, at: null };
      return { size: at.size ?? wanted, at: at.token };
    },
    next: (at, { size }, answer) => {
      const found = find(answer);
      if (found === null || found === '' || found === false) return null;
      // A list is the position of some search engines: the values that the last record is sorted by.
      if (typeof found !== 'string' && typeof found !== 'number' && !Array.isArray(found))
        throw invalid(`${field}.next: the token of the next page is neither text nor a number`);
      const token = typeof found === 'number' ? String(found) : (found as Token);
      const text = JSON.stringify(token);
      if (at && 'token' in at && JSON.stringify(at.token) === text) throw repeated(field);
      const trail = passed(at, { token: text, ...answer }, field);
      return { token, ...(!pagination.resizable && { size }), ...trail };
    },
  };
}

function offsetPager(pagination: Pagination & { kind: 'offset' }, field: string): Pager {
  const follows = followsOf(pagination, field);
  const start = (at: Position | null) => (at && 'offset' in at ? at.offset : pagination.first);
  return {
    expression: pagination.more,
    step: (at, size) => ({ size, at: start(at) }),
    next: (at, step, answer) => {
      if (!follows(at, step, answer)) return null;
      return { offset: start(at) + answer.count, ...passed(at, answer, field) };
    },
  };
}

/**
 * Page numbers depend on the page size. It changes only where the records so far fill whole pages of the new size, and
 * never once a page had fewer records than requested: the server may have its own limit.
 */
function pagePager(pagination: Pagination & { kind: 'page' }, field: string): Pager {
  const { first } = pagination;
  const follows = followsOf(pagination, field);
  const known = (at: Position | null, wanted: number) =>
    at && 'page' in at ? at : { page: first, size: wanted, exact: true };
  const resized = (at: Position | null, wanted: number) => {
    const { page, size, exact } = known(at, wanted);
    if (!exact) return { page, size, exact };
    const passedRecords = (page - first) * size;
    let fitting = wanted;
    while (passedRecords % fitting !== 0) fitting--;
    return { page: first + passedRecords / fitting, size: fitting, exact };
  };
  return {
    expression: pagination.more,
    step: (at, wanted) => {
      const { page, size } = resized(at, wanted);
      return { size, at: page };
    },
    next: (at, step, answer) => {
      if (!follows(at, step, answer)) return null;
      const { size } = step;
      const exact = known(at, size).exact && answer.count === size;
      return { page: Number(step.at) + 1, size, exact, ...passed(at, answer, field) };
    },
  };
}

type Token = Extract<Position, { token: unknown }>['token'];

type Counted = Pagination & { kind: 'page' | 'offset' };

/** Whether a page follows: as stated in the response, or as long as pages are not empty, or not short, or not the same. */
function followsOf({ more, lastPage }: Counted, field: string) {
  return (at: Position | null, { size }: Step, { found, count, ids }: Answer): boolean => {
    const said = found !== null && found !== false && found !== 0 && found !== '';
    const follows = more !== undefined ? said : lastPage === 'short' ? count >= size : count > 0;
    if (!follows) return false;
    if (repeats(at, ids, count))
      throw invalid(`${field}.param: the response repeats the previous page, as if the API ignored this parameter`);
    return true;
  };
}

const invalid = (message: string) => new Terminal('SOURCE_INVALID_RESPONSE', message);
const repeated = (field: string) => invalid(`${field}: the next-page link of the response leads to the same page`);
