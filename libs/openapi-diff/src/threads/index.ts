import type { Change } from '../change.js';
import type { CompareOptions } from '../compare/options.js';
import type { ParseOptions } from '../parse/parse.js';
import type { IgnoreRule } from '../ignore.js';
import type { OperationPage } from '../operations.js';
import type { Selected, Selection, StoredChange } from '../select.js';
import { inThread, type ThreadOptions } from './in-thread.js';
import { compareTexts, describe, pageOperations, selectTexts, type Described } from './jobs.js';

export { OutOfMemoryError, type ThreadOptions } from './in-thread.js';
export type { Described } from './jobs.js';

/** Bytes up to which a job holds its caller up for less time than a thread takes to start. */
const SMALL = 512 * 1024;

/**
 * Changes between two canonical APIs as `canonicalJson` wrote them, in UTF-8. Large ones are compared in a thread, to
 * which they are handed over: the arrays are empty afterwards.
 * @throws OutOfMemoryError · the signal's reason
 */
export const compareStored = async (
  before: Uint8Array,
  after: Uint8Array,
  options: CompareOptions = {},
  thread: ThreadOptions = {},
): Promise<Change[]> => {
  thread.signal?.throwIfAborted();
  if (before.byteLength + after.byteLength <= SMALL) return compareTexts(before, after, options);
  return inThread('compareTexts', [before, after, options], thread);
};

/**
 * Reads a description and brings it into canonical form: `parse`, `normalize` and `canonicalJson` in one. A large one is
 * read in a thread, to which it is handed over: the array is empty afterwards.
 * @throws ParseError · OutOfMemoryError · the signal's reason
 */
export const describeBytes = async (
  bytes: Uint8Array,
  options: ParseOptions = {},
  thread: ThreadOptions = {},
): Promise<Described> => {
  thread.signal?.throwIfAborted();
  if (bytes.byteLength <= SMALL) return describe(bytes, options);
  return inThread('describe', [bytes, options], thread);
};

/**
 * At most `count` operations of a canonical API as `canonicalJson` wrote it, in UTF-8, from the one of index `from` on,
 * with references resolved. A large API is read in a thread, to which it is handed over: the array is empty afterwards.
 * @throws OutOfMemoryError · the signal's reason
 */
export const operationsStored = async (
  canonical: Uint8Array,
  from: number,
  count: number,
  thread: ThreadOptions = {},
): Promise<OperationPage> => {
  thread.signal?.throwIfAborted();
  if (canonical.byteLength <= SMALL) return pageOperations(canonical, from, count);
  return inThread('pageOperations', [canonical, from, count], thread);
};

/** Rules of an ignore list that take as long as reading the changes once more. */
const RULES_A_PASS = 50;

/**
 * `selectChanges` of changes as JSON, in UTF-8. Many are read in a thread, to which they are handed over: the array is
 * empty afterwards.
 * @throws OutOfMemoryError · the signal's reason
 */
export const selectStored = async <Change extends StoredChange, Rule extends IgnoreRule>(
  changes: Uint8Array,
  selection: Selection<Rule>,
  thread: ThreadOptions = {},
): Promise<Selected<Change, Rule>> => {
  thread.signal?.throwIfAborted();
  const isSmall = changes.byteLength * (1 + selection.ignore.length / RULES_A_PASS) <= SMALL;
  const selected = isSmall ? selectTexts(changes, selection) : inThread('selectTexts', [changes, selection], thread);
  return (await selected) as Selected<Change, Rule>;
};
