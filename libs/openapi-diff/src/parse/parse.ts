import { asString, isObject, type Json, type JsonObject } from '../json.js';
import { findJsonError, offsetOfDepth } from './json-scan.js';
import { JsonIndex } from './json-text.js';
import { lineFinder, ParseError, positionAt, tooDeep, type Position } from './parse-error.js';
import { decode } from './utf8.js';
import { readYaml, yamlLocator } from './yaml-text.js';

/** The families of the specification that are understood; 3.2 is read as 3.1. */
export type SpecFamily = '2.0' | '3.0' | '3.1';

export interface ParseOptions {
  /** Default: JSON when the text starts with `{` or `[`, else YAML. */
  readonly format?: 'json' | 'yaml';
  /** File name or URL, only for error messages. */
  readonly source?: string;
  /** In characters (bytes when bytes are given). Default 64 Mi. */
  readonly maxSize?: number;
  /** Deepest nesting of objects and arrays. Default 500. */
  readonly maxDepth?: number;
}

export interface ParsedDocument {
  /** The description as it was written. It is shared with what is made from it: do not change it. */
  readonly document: JsonObject;
  readonly format: 'json' | 'yaml';
  readonly version: SpecFamily;
  /** The version as the document states it, such as `3.0.3`. */
  readonly versionText: string;
  readonly source?: string;
  /** Line and column of a JSON pointer's key in the text; undefined when it is not there. */
  locate(pointer: string): Position | undefined;
}

const MAX_SIZE = 64 * 1024 * 1024;
const MAX_DEPTH = 500;
const MAX_CONTAINERS = 3_000_000;
const START: Position = { line: 1, column: 1 };

/**
 * Reads an OpenAPI 2.0, 3.0 or 3.1 description from JSON or YAML (UTF-8, with or without a byte order
 * mark). Of a JSON key written twice the last counts, as in JSON.parse; in YAML it is an error.
 * @throws ParseError with line, column and reason, for anything that is not such a description.
 */
export const parse = (text: string | Uint8Array, options: ParseOptions = {}): ParsedDocument => {
  const { source, maxSize = MAX_SIZE } = options;
  if (typeof text !== 'string' && !(text instanceof Uint8Array)) {
    throw new ParseError('expected text or bytes', 1, 1, source);
  }
  if (text.length > maxSize) {
    throw new ParseError(`the document has ${text.length} bytes; the limit is ${maxSize}`, 1, 1, source);
  }
  const body = decode(text, source);
  const format = options.format ?? detectFormat(body);
  const value = readValue(body, format, options);
  if (value === null && !/\S/.test(body)) throw new ParseError('the document is empty', 1, 1, source);
  if (!isObject(value)) {
    throw new ParseError(`not an OpenAPI description: the document is ${describe(value)}, not an object`, 1, 1, source);
  }
  const { version, versionText } = specVersion(value, source);
  return {
    document: value,
    format,
    version,
    versionText,
    ...(source !== undefined && { source }),
    locate: locator(body, format),
  };
};

/** @throws ParseError for what is nested too deep, has too many objects, or is not of the format */
const readValue = (body: string, format: 'json' | 'yaml', { source, maxDepth = MAX_DEPTH }: ParseOptions): Json => {
  checkBrackets(body, source);
  const value = format === 'json' ? readJson(body, source) : readYaml(body, maxDepth, source);
  if (fits(value, maxDepth, source)) return value;
  const { line, column } = format === 'json' ? positionAt(body, offsetOfDepth(body, maxDepth)) : START;
  throw new ParseError(tooDeep(maxDepth), line, column, source);
};

/**
 * Reads JSON or YAML of any content, as documents that a description refers to: often just one schema.
 * @throws ParseError with line and column
 */
export const parseAny = (bytes: Uint8Array, options: Pick<ParseOptions, 'source'> = {}): Json => {
  const body = decode(bytes, options.source);
  if (detectFormat(body) === 'json') {
    try {
      return readValue(body, 'json', options);
    } catch {
      // A collection of YAML may start in the same way.
    }
  }
  return readValue(body, 'yaml', options);
};

const detectFormat = (text: string): 'json' | 'yaml' => {
  const first = /\S/.exec(text.slice(0, 4096))?.[0];
  return first === '{' || first === '[' ? 'json' : 'yaml';
};

/** Reads JSON of any shape from UTF-8, such as an ignore list. @throws ParseError with line, column and reason */
export const parseJson = (text: string | Uint8Array, { source }: Pick<ParseOptions, 'source'> = {}): Json =>
  readJson(decode(text, source), source);

const readJson = (text: string, source: string | undefined): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const fault = findJsonError(text) ?? { offset: 0, reason: (error as Error).message };
    const { line, column } = positionAt(text, fault.offset);
    throw new ParseError(`not valid JSON: ${fault.reason}`, line, column, source, { cause: error });
  }
};

const TOO_MANY = `more than ${MAX_CONTAINERS} objects and arrays`;

/** Large texts are counted before they are read: reading tens of millions of arrays takes long and much memory. */
const checkBrackets = (text: string, source: string | undefined): void => {
  if (text.length < 16 * 1024 * 1024) return;
  let opened = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 91 || code === 123) opened++;
  }
  if (opened > MAX_CONTAINERS) throw new ParseError(TOO_MANY, 1, 1, source);
};

/**
 * Whether no value is nested deeper, which recursion would not survive. Numbers that JSON does not have (`.nan`, `1e999`)
 * become null, as in stored JSON. @throws ParseError when memory would not survive the document
 */
const fits = (value: Json, maxDepth: number, source: string | undefined): boolean => {
  let containers = 0;
  const visit = (node: Json[] | JsonObject, depth: number): boolean => {
    if (depth > maxDepth) return false;
    if (++containers > MAX_CONTAINERS) throw new ParseError(TOO_MANY, 1, 1, source);
    if (Array.isArray(node)) {
      for (let index = 0; index < node.length; index++) {
        const child = node[index];
        if (typeof child === 'object' && child !== null) {
          if (!visit(child, depth + 1)) return false;
        } else if (typeof child === 'number' && !Number.isFinite(child)) node[index] = null;
      }
      return true;
    }
    for (const key in node) {
      const child = node[key];
      if (typeof child === 'object' && child !== null) {
        if (!visit(child, depth + 1)) return false;
      } else if (typeof child === 'number' && !Number.isFinite(child)) node[key] = null;
    }
    return true;
  };
  return typeof value !== 'object' || value === null || visit(value, 1);
};

const specVersion = (
  document: JsonObject,
  source: string | undefined,
): { version: SpecFamily; versionText: string } => {
  const stated = document['openapi'] ?? document['swagger'];
  const field = document['openapi'] === undefined ? 'swagger' : 'openapi';
  if (stated === undefined) {
    throw new ParseError('not an OpenAPI description: neither "openapi" nor "swagger" says its version', 1, 1, source);
  }
  // Unquoted in YAML, 2.0 arrives as the number 2.
  const versionText =
    typeof stated === 'number' && Number.isInteger(stated) ? `${stated}.0` : (asString(stated) ?? describe(stated));
  const family = field === 'swagger' ? /^2\.0/ : /^3\.[012](\.|$|-)/;
  if (!family.test(versionText)) {
    throw new ParseError(`"${field}" is ${describe(stated)}; versions 2.0, 3.0 and 3.1 are understood`, 1, 1, source);
  }
  const version = field === 'swagger' ? '2.0' : versionText.startsWith('3.0') ? '3.0' : '3.1';
  return { version, versionText };
};

const describe = (value: Json): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const locator = (text: string, format: 'json' | 'yaml'): ((pointer: string) => Position | undefined) => {
  let find: ((pointer: string) => Position | undefined) | undefined;
  return (pointer) => (find ??= format === 'json' ? jsonLocator(text) : yamlLocator(text))(pointer);
};

const jsonLocator = (text: string): ((pointer: string) => Position | undefined) => {
  const index = new JsonIndex(text);
  const find = lineFinder(text);
  return (pointer) => {
    const offset = index.find(pointer);
    return offset === undefined ? undefined : find(offset);
  };
};
