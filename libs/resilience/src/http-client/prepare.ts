import { parseTarget } from '../fetch-target.js';
import type { Prepared } from './exchange.js';
import type { HttpRequest } from './http-types.js';

const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/** Whether a request may be sent again although it may have been executed. */
export const repeatable = ({ method = 'GET', idempotent }: HttpRequest): boolean =>
  idempotent ?? REPEATABLE.has(method);

/** Whether a status is a success for the caller. */
export const isAnswer = (status: number, { expect }: HttpRequest): boolean =>
  (status >= 200 && status < 300) || (expect?.includes(status) ?? false);

/** Prepares a request for sending. @throws FetchError FETCH_BAD_URL */
export function prepare(
  request: HttpRequest,
  pool: { readonly maxBytes: number; readonly maxRedirects: number; readonly userAgent: string },
): Prepared {
  const { method = 'GET', condition, json, maxBytes = pool.maxBytes, onOverload = 'retry' } = request;
  const body = json === undefined ? request.body : JSON.stringify(json);
  return {
    method,
    url: urlOf(request),
    headers: {
      ...{ accept: '*/*', 'user-agent': pool.userAgent },
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...lowerCase(request.headers ?? {}),
    },
    body,
    condition,
    maxBytes: Math.min(maxBytes, pool.maxBytes),
    maxRedirects: pool.maxRedirects,
    onOverload,
    isAnswer: (status) => isAnswer(status, request),
  };
}

function urlOf({ url: text, query = {} }: HttpRequest): URL {
  const url = parseTarget(text);
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : value === undefined ? [] : [String(value)];
    for (const one of values) url.searchParams.append(name, one);
  }
  return url;
}

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
