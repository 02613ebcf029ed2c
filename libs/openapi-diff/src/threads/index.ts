import type { BundleAnswer, BundleRequest } from '../bundle/read.js';
import type { Change } from '../change.js';
import type { CompareOptions } from '../compare/options.js';
import type { IgnorableChange, IgnoreRule } from '../ignore.js';
import type { ParseOptions } from '../parse/parse.js';
import type { RenderFormat, RenderOptions } from '../render/render.js';
import type { Selected, Selection, StoredChange } from '../select.js';
import type { BySeverity } from '../stored-changes.js';
import { inThread } from './in-thread.js';
import type { ChangesFound, Described } from './jobs.js';
import type { ThreadOptions } from './pool.js';

// The only functions that services may give text of tenants and publishers to. Checks of a small input are here as well.
export type { BundleAnswer, BundleRequest, FetchedDocument } from '../bundle/read.js';
export { IgnoreListError, readIgnoreList } from '../ignore.js';
export { ParseError } from '../parse/parse-error.js';
export { LimitExceeded, OutOfMemoryError, OutOfTimeError } from './limits.js';
export type { ChangesFound, Described } from './jobs.js';
export type { ThreadOptions } from './pool.js';

/**
 * Every function works in a thread, and hands bytes of more than 512 KiB over to it: those arrays are empty afterwards.
 * All throw LimitExceeded, and the reason of `thread.signal`.
 *
 * Changes between two canonical APIs as `canonicalJson` wrote them, in UTF-8.
 */
export const compareStored = (
  before: Uint8Array,
  after: Uint8Array,
  options: CompareOptions = {},
  thread?: ThreadOptions,
): Promise<Change[]> => inThread('compareTexts', [before, after, options], thread);

/** The same as JSON of stored changes; with `ids`, each has an `id` that derives from those and the change. */
export const findChanges = (
  before: Uint8Array,
  after: Uint8Array,
  options: CompareOptions = {},
  ids?: readonly string[],
  thread?: ThreadOptions,
): Promise<ChangesFound> => inThread('findTexts', [before, after, options, ids], thread);

/** The same as a document in UTF-8. */
export const renderStored = (
  before: Uint8Array,
  after: Uint8Array,
  options: CompareOptions,
  format: RenderFormat,
  names: Omit<RenderOptions, 'paint'>,
  thread?: ThreadOptions,
): Promise<Uint8Array> => inThread('renderTexts', [before, after, options, format, names], thread);

/** Reads a description and brings it into canonical form: `parse`, `normalize` and `canonicalJson` in one. @throws ParseError */
export const describeBytes = (
  bytes: Uint8Array,
  options: ParseOptions = {},
  thread?: ThreadOptions,
): Promise<Described> => inThread('describe', [bytes, options], thread);

/** A description as JSON when it may refer to other documents, else null. The bytes are copied. */
export const referringJson = (bytes: Uint8Array, thread?: ThreadOptions): Promise<Uint8Array | null> =>
  inThread('referringJson', [bytes], { ...thread, keepsInput: true });

/** A document that a description refers to, of any content, as JSON. @throws ParseError */
export const referredJson = (bytes: Uint8Array, source: string, thread?: ThreadOptions): Promise<Uint8Array> =>
  inThread('referredJson', [bytes, source], thread);

/** A description with the documents that it refers to, or the URLs of those that it needs. All bytes are copied. */
export const bundleDocuments = (request: BundleRequest, thread?: ThreadOptions): Promise<BundleAnswer> =>
  inThread('bundleJson', [request], { ...thread, keepsInput: true });

/**
 * At most `count` operations of a canonical API as `canonicalJson` wrote it, in UTF-8, from the one of index `from` on,
 * with references resolved: an `OperationPage` as JSON, with at most 8 Mi characters of them.
 */
export const operationsStored = (
  canonical: Uint8Array,
  from: number,
  count: number,
  thread?: ThreadOptions,
): Promise<Uint8Array> => inThread('pageOperations', [canonical, from, count], thread);

/** `selectChanges` of changes as JSON, in UTF-8. */
export const selectStored = async <Change extends StoredChange, Rule extends IgnoreRule>(
  changes: Uint8Array,
  selection: Selection<Rule>,
  thread?: ThreadOptions,
): Promise<Selected<Change, Rule>> =>
  (await inThread('selectTexts', [changes, selection], thread)) as Selected<Change, Rule>;

/** For each change the rule in force that leaves it out, as `ignoredBy`. */
export const ignoredStored = async <Rule extends IgnoreRule>(
  changes: readonly IgnorableChange[],
  rules: readonly Rule[],
  now: Date,
  thread?: ThreadOptions,
): Promise<(Rule | undefined)[]> => {
  if (rules.length === 0 || changes.length === 0) return changes.map(() => undefined);
  const needed = changes.map(({ rule, pointer, changeId, operations }) => ({ rule, pointer, changeId, operations }));
  return (await inThread('ignoredIndexes', [needed, rules, now], thread)).map((index) => rules[index]);
};

/** How many of the changes, as JSON, each list of rules leaves, by severity. The changes are copied. */
export const countLeft = (
  changes: Uint8Array,
  lists: readonly (readonly IgnoreRule[])[],
  now: Date,
  thread?: ThreadOptions,
): Promise<BySeverity[]> => inThread('countLeft', [changes, lists, now], { ...thread, keepsInput: true });

/** Splits a list as JSON into lists of about so many bytes of JSON each. The list is copied. */
export const splitJson = (list: Uint8Array, bytes: number, thread?: ThreadOptions): Promise<Uint8Array[]> =>
  inThread('splitJson', [list, bytes], { ...thread, keepsInput: true });
