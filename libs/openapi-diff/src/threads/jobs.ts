import { bundleJson, referredJson, referringJson } from '../bundle/read.js';
import { compare } from '../compare/compare.js';
import type { Change } from '../change.js';
import type { CompareOptions } from '../compare/options.js';
import { ignoredBy, type IgnorableChange, type IgnoreRule } from '../ignore.js';
import { canonicalJson } from '../normalize/canonical-json.js';
import { normalize, type CanonicalApi } from '../normalize/normalize.js';
import { countOperations, operationPage } from '../operations.js';
import { parse, type ParseOptions } from '../parse/parse.js';
import { render, type RenderFormat, type RenderOptions } from '../render/render.js';
import { selectChanges, type Selected, type Selection, type StoredChange } from '../select.js';
import { batchesOf, countBySeverity, storedChanges, type BySeverity } from '../stored-changes.js';
import { MAX_UNFOLDED } from '../unfold.js';

/** A description as it was read, and its canonical form. */
export interface Described {
  readonly format: 'json' | 'yaml';
  /** The version of OpenAPI as the document states it, cut to a bounded size. */
  readonly versionText: string;
  /** `title` and `version` of `info`, cut to a bounded size; other fields are left out, as is what is no text. */
  readonly info: { readonly title?: string; readonly version?: string };
  /** How many operations there are. */
  readonly operations: number;
  /** What `canonicalJson` gives, in UTF-8. */
  readonly canonical: Uint8Array<ArrayBuffer>;
}

/** Changes as JSON in UTF-8, and how many there are. */
export interface ChangesFound {
  readonly changes: Uint8Array;
  readonly total: number;
  readonly bySeverity: BySeverity;
}

/** Changes between two canonical APIs, in UTF-8 as `canonicalJson` wrote them. */
const compareTexts = (before: Uint8Array, after: Uint8Array, options: CompareOptions): Change[] =>
  compare(apiOf(before), apiOf(after), options).changes;

/** The same in the form in which they are kept. With `ids` each gets an id that derives from those and its own. */
const findTexts = (
  before: Uint8Array,
  after: Uint8Array,
  options: CompareOptions,
  ids?: readonly string[],
): ChangesFound => {
  const changes = storedChanges(compareTexts(before, after, options), ids);
  return { changes: jsonOf(changes), total: changes.length, bySeverity: countBySeverity(changes) };
};

const renderTexts = (
  before: Uint8Array,
  after: Uint8Array,
  options: CompareOptions,
  format: RenderFormat,
  names: RenderOptions,
): Uint8Array => new TextEncoder().encode(render(compareTexts(before, after, options), format, names));

/** Reads a description and brings it into canonical form. @throws ParseError */
const describe = (bytes: Uint8Array, options: ParseOptions): Described => {
  const parsed = parse(bytes, options);
  const api = normalize(parsed);
  return {
    format: parsed.format,
    versionText: parsed.versionText.slice(0, 100),
    info: { ...textOf(api.info, 'title'), ...textOf(api.info, 'version') },
    operations: countOperations(api),
    canonical: new TextEncoder().encode(canonicalJson(api, Math.max(MAX_UNFOLDED, 2 * bytes.byteLength))),
  };
};

const textOf = (info: CanonicalApi['info'], key: 'title' | 'version'): { [key: string]: string } => {
  const value = info[key];
  return typeof value === 'string' || typeof value === 'number' ? { [key]: String(value).slice(0, 1000) } : {};
};

/** Characters of a page up to which references are resolved. */
const PAGE_BUDGET = 4 * 1024 * 1024;

/** An `OperationPage` as JSON, methods in upper case as stored changes name them, of a canonical API in UTF-8 as `canonicalJson` wrote it. */
const pageOperations = (canonical: Uint8Array, from: number, count: number): Uint8Array => {
  const { data, total } = operationPage(apiOf(canonical), from, count, { most: PAGE_BUDGET });
  return jsonOf({ data: data.map((operation) => ({ ...operation, method: operation.method.toUpperCase() })), total });
};

/** Of changes as JSON in UTF-8. */
const selectTexts = (changes: Uint8Array, selection: Selection): Selected<StoredChange, Selection['ignore'][number]> =>
  selectChanges(parsed<StoredChange[]>(changes), selection);

/** For each change the index of the rule that leaves it out, or -1. */
const ignoredIndexes = (changes: readonly IgnorableChange[], rules: readonly IgnoreRule[], now: Date): number[] => {
  const ruleFor = ignoredBy(rules, now);
  const indexes = new Map(rules.map((rule, index) => [rule, index]));
  return changes.map((change) => indexes.get(ruleFor(change)!) ?? -1);
};

/** How many changes each list of rules leaves, by severity. */
const countLeft = (changes: Uint8Array, lists: readonly (readonly IgnoreRule[])[], now: Date): BySeverity[] => {
  const all = parsed<StoredChange[]>(changes);
  return lists.map((rules) => {
    const ruleFor = ignoredBy(rules, now);
    return countBySeverity(all.filter((change) => !ruleFor(change)));
  });
};

/** Splits a list as JSON into lists of about so many bytes of JSON each. */
const splitJson = (list: Uint8Array, bytes: number): Uint8Array[] =>
  batchesOf(parsed<unknown[]>(list), bytes).map(jsonOf);

const parsed = <T>(bytes: Uint8Array): T => JSON.parse(new TextDecoder().decode(bytes)) as T;
const jsonOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const apiOf = (canonical: Uint8Array): CanonicalApi => parsed<CanonicalApi>(canonical);

/** What a thread can do, by name. */
export const jobs = {
  bundleJson,
  compareTexts,
  countLeft,
  describe,
  findTexts,
  ignoredIndexes,
  pageOperations,
  referredJson,
  referringJson,
  renderTexts,
  selectTexts,
  splitJson,
};
export type Jobs = typeof jobs;
