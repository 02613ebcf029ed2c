import { compare } from '../compare/compare.js';
import type { Change } from '../change.js';
import type { CompareOptions } from '../compare/options.js';
import { canonicalJson } from '../normalize/canonical-json.js';
import { normalize, type CanonicalApi } from '../normalize/normalize.js';
import { operationPage, operations, type OperationPage } from '../operations.js';
import { parse, type ParseOptions } from '../parse/parse.js';
import { selectChanges, type Selected, type Selection, type StoredChange } from '../select.js';

/** A description as it was read, and its canonical form. */
export interface Described {
  readonly format: 'json' | 'yaml';
  /** The version of OpenAPI as the document states it. */
  readonly versionText: string;
  /** What `info` holds; it may be anything. */
  readonly info: CanonicalApi['info'];
  /** How many operations there are. */
  readonly operations: number;
  /** What `canonicalJson` gives, in UTF-8. */
  readonly canonical: Uint8Array<ArrayBuffer>;
}

/** Changes between two canonical APIs, in UTF-8 as `canonicalJson` wrote them. */
export const compareTexts = (before: Uint8Array, after: Uint8Array, options: CompareOptions): Change[] =>
  compare(apiOf(before), apiOf(after), options).changes;

/** Reads a description and brings it into canonical form. @throws ParseError */
export const describe = (bytes: Uint8Array, options: ParseOptions): Described => {
  const parsed = parse(bytes, options);
  const api = normalize(parsed);
  return {
    format: parsed.format,
    versionText: parsed.versionText,
    info: api.info,
    operations: operations(api, { depth: 0 }).length,
    canonical: new TextEncoder().encode(canonicalJson(api)),
  };
};

/** Some operations of a canonical API, in UTF-8 as `canonicalJson` wrote it. */
export const pageOperations = (canonical: Uint8Array, from: number, count: number): OperationPage =>
  operationPage(apiOf(canonical), from, count);

/** Of changes as JSON in UTF-8. */
export const selectTexts = (
  changes: Uint8Array,
  selection: Selection,
): Selected<StoredChange, Selection['ignore'][number]> =>
  selectChanges(JSON.parse(new TextDecoder().decode(changes)) as StoredChange[], selection);

const apiOf = (canonical: Uint8Array): CanonicalApi => JSON.parse(new TextDecoder().decode(canonical)) as CanonicalApi;

/** What a thread can do, by name. */
export const jobs = { compareTexts, describe, pageOperations, selectTexts };
export type Jobs = typeof jobs;
