import { type FieldCheck, isBoolean, isRecord, isWholeNumber, objectProblems, optional } from '../config-checks.js';
import type { FieldProblem } from '@tidemark/contracts';

/** Config of an `openapi` connection, as a caller writes it. */
export interface OpenapiConfig {
  /** http(s) address of the description. */
  readonly url: string;
  /** Sent with every request to the origin of `url`, and to no other. Not for credentials: a config is no secret. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of the description and all documents it refers to together; at most what the installation allows. */
  readonly maxBytes?: number;
  /** Whether `$ref`s into other documents are fetched; default true. */
  readonly followRefs?: boolean;
  /** Largest number of other documents; default 50. */
  readonly maxRefs?: number;
}

export const DEFAULT_MAX_REFS = 50;
export const DEFAULT_MAX_BYTES = 64 * 1024 ** 2;

/** Headers that carry credentials, or that the fetch itself sets. */
const REFUSED_HEADERS =
  /^(authorization|proxy-.*|cookie2?|x-api-key|api-key|x-auth-token|host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|if-.*|range|accept-encoding)$/i;

const url: FieldCheck = (value, field) => {
  if (value === undefined) return [{ field, message: 'is required' }];
  if (typeof value !== 'string' || value.length > 4096 || !URL.canParse(value))
    return [{ field, message: 'must be an http or https URL' }];
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'http:' && protocol !== 'https:') return [{ field, message: 'must be an http or https URL' }];
  if (username || password) return [{ field, message: 'must not contain a user name or password' }];
  return [];
};

const headers: FieldCheck = (value, field) => {
  if (!isRecord(value)) return [{ field, message: 'must be an object of header names and values' }];
  const entries = Object.entries(value);
  if (entries.length > 32) return [{ field, message: 'must have at most 32 headers' }];
  return entries.flatMap(([name, text]) => headerProblems(name, text, `${field}.${name}`));
};

function headerProblems(name: string, value: unknown, field: string): FieldProblem[] {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/i.test(name)) return [{ field, message: 'is not a valid header name' }];
  if (REFUSED_HEADERS.test(name)) return [{ field, message: 'cannot be set here: it is set by the fetch or secret' }];
  if (typeof value !== 'string' || value.length > 4096 || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    return [{ field, message: 'must be text of at most 4096 characters without line breaks' }];
  return [];
}

/** Everything that is wrong with the config of an `openapi` connection. */
export function openapiConfigProblems(config: unknown): FieldProblem[] {
  return objectProblems(config, {
    url,
    headers: optional(headers),
    maxBytes: optional(isWholeNumber(1, 1024 ** 3)),
    followRefs: optional(isBoolean),
    maxRefs: optional(isWholeNumber(0, 1000)),
  });
}

/** A config that has passed the checks, with its defaults. */
export function readConfig(config: unknown): OpenapiConfig {
  return { followRefs: true, ...(config as OpenapiConfig) };
}
