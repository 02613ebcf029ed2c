import { SEVERITIES, type Severity } from '../change.js';
import { STABILITY_LEVELS, type Stability } from '../compare/options.js';
import { IgnoreListError, readIgnoreList, type IgnoreRule } from '../ignore.js';
import { isObject } from '../json.js';
import { ParseError } from '../parse/parse-error.js';
import { parseAny } from '../parse/parse.js';

/** Operations by all that is given: glob patterns of path and tag, or an extension of the operation, its path or a tag. */
export interface OperationMatch {
  /** `/pets/*` */
  readonly path?: string;
  /** `GET /pets/*` */
  readonly operation?: string;
  readonly tag?: string;
  /** Such as `x-internal`; holds where it is there and not false. */
  readonly extension?: string;
}

/** Another severity for the changes that match all that is given; of several entries the first that matches counts. */
export interface SeverityEntry extends OperationMatch {
  /** A rule id; `*` matches anything. */
  readonly rule?: string;
  /** `off`: not reported. */
  readonly severity: Severity | 'off';
}

/** How two descriptions are judged. */
export interface DiffConfig {
  readonly severities: readonly SeverityEntry[];
  /** When not empty, only these operations are compared. */
  readonly include: readonly OperationMatch[];
  readonly exclude: readonly OperationMatch[];
  /** Whether changes of descriptions, summaries, titles and examples are reported. */
  readonly words: boolean;
  /** What paths may begin with on either side without being others: `/v1`. */
  readonly prefixes: readonly string[];
  /** The lowest stability level whose changes are reported. */
  readonly stability?: Stability;
  readonly ignore: readonly IgnoreRule[];
}

/** A configuration that cannot be used; the message begins with the field. */
export class DiffConfigError extends Error {
  override readonly name = 'DiffConfigError';
}

export const NO_CONFIG: DiffConfig = {
  severities: [],
  include: [],
  exclude: [],
  words: true,
  prefixes: [],
  ignore: [],
};

const MATCH_FIELDS = ['path', 'operation', 'tag', 'extension'] as const;
const MOST_ENTRIES = 1000;

/**
 * Reads a configuration from YAML or JSON.
 * @throws DiffConfigError naming the field · ParseError with line and column
 */
export const readDiffConfig = (bytes: Uint8Array, source: string): DiffConfig => {
  const value = parseAny(bytes, { source }) ?? {};
  if (!isObject(value)) throw new ParseError('expected an object with the settings of the comparison', 1, 1, source);
  const read: Partial<Record<string, unknown>> = {};
  for (const [key, setting] of Object.entries(value)) {
    if (!Object.hasOwn(FIELDS, key))
      throw new DiffConfigError(`${key} is not a known setting; those are ${Object.keys(FIELDS).join(', ')}`);
    read[key] = FIELDS[key as keyof typeof FIELDS](setting, key);
  }
  return { ...NO_CONFIG, ...read };
};

const listOf = (value: unknown, at: string): unknown[] => {
  if (!Array.isArray(value)) throw new DiffConfigError(`${at} must be a list`);
  if (value.length > MOST_ENTRIES) throw new DiffConfigError(`${at} has more than ${MOST_ENTRIES} entries`);
  return value;
};

const oneOf = <T extends string>(value: unknown, at: string, known: readonly T[]): T => {
  if (!known.includes(value as T)) throw new DiffConfigError(`${at} must be one of ${known.join(', ')}`);
  return value as T;
};

const entry = <Field extends string>(value: unknown, at: string, fields: readonly Field[]): Record<Field, string> => {
  if (!isObject(value)) throw new DiffConfigError(`${at} must be an object`);
  if (Object.keys(value).length === 0) throw new DiffConfigError(`${at} needs one of ${fields.join(', ')}`);
  for (const [key, text] of Object.entries(value)) {
    if (!fields.includes(key as Field))
      throw new DiffConfigError(`${at}.${key} is not a known field; those are ${fields.join(', ')}`);
    if (typeof text !== 'string' || text === '')
      throw new DiffConfigError(`${at}.${key} must be text of at least one character`);
    if (key === 'path' && !/^[/*]/.test(text)) throw new DiffConfigError(`${at}.path must begin with / or *`);
    if (key === 'operation' && !/^\S+ +[/*]/.test(text))
      throw new DiffConfigError(`${at}.operation must be a method and a path, such as GET /pets/{id} or * /pets/*`);
    if (key === 'extension' && !text.startsWith('x-')) throw new DiffConfigError(`${at}.extension must begin with x-`);
  }
  return value as Record<Field, string>;
};

const matches = (value: unknown, at: string): OperationMatch[] =>
  listOf(value, at).map((one, index) => entry(one, `${at}[${index}]`, MATCH_FIELDS));

const FIELDS = {
  severities: (value: unknown, at: string): SeverityEntry[] =>
    listOf(value, at).map((one, index) => {
      const { severity, ...rest } = entry(one, `${at}[${index}]`, ['rule', ...MATCH_FIELDS, 'severity']);
      if (Object.keys(rest).length === 0)
        throw new DiffConfigError(`${at}[${index}] needs one of ${['rule', ...MATCH_FIELDS].join(', ')}`);
      return { ...rest, severity: oneOf(severity, `${at}[${index}].severity`, [...SEVERITIES, 'off']) };
    }),
  include: matches,
  exclude: matches,
  words: (value: unknown, at: string): boolean => {
    if (typeof value !== 'boolean') throw new DiffConfigError(`${at} must be true or false`);
    return value;
  },
  prefixes: (value: unknown, at: string): string[] =>
    listOf(value, at).map((prefix, index) => {
      if (typeof prefix !== 'string' || !/^\/.*[^/]$/s.test(prefix))
        throw new DiffConfigError(`${at}[${index}] must be the beginning of a path, such as /v1`);
      return prefix;
    }),
  stability: (value: unknown, at: string): Stability => oneOf(value, at, STABILITY_LEVELS),
  ignore: (value: unknown): IgnoreRule[] => {
    try {
      return readIgnoreList(value);
    } catch (error) {
      throw error instanceof IgnoreListError ? new DiffConfigError(error.message) : error;
    }
  },
};
