import type { Change, OperationRef, Severity } from '../change.js';

/** Everything a renderer shows, in order. */
export interface Page {
  readonly title: string;
  readonly compared: string | undefined;
  readonly counts: [Severity, number][];
  readonly groups: { severity: Severity; heading: string; changes: readonly Change[] }[];
  readonly total: number;
  /** How many changes are ignored, in words; empty when none are. */
  readonly ignored: string;
}

export type Paint = (severity: Severity, text: string) => string;

/** The operations of a change as one line: all when they are few, else the first and how many more. */
export const reach = (change: Change, most = 3): string => {
  const operations = change.operations ?? (change.operation === undefined ? [] : [change.operation]);
  const shown = operations.slice(0, most).map(operationText).join(', ');
  const more = operations.length - most;
  return more > 0 ? `${shown} and ${more} more` : shown;
};

export const operationText = (operation: OperationRef): string =>
  plain(`${operation.method.toUpperCase()} ${operation.path}`);

/** Where a change stands, with its line when that is known; empty for the whole document without a line. */
export const placeText = (change: Change): string => {
  const pointer = plain(change.pointer.after ?? change.pointer.before ?? '');
  const line = change.pointer.after === undefined ? change.line?.before : change.line?.after;
  if (line === undefined) return pointer;
  return pointer === '' ? `line ${line}` : `${pointer} (line ${line})`;
};

/**
 * Names come from other people's documents: they must not steer a terminal or turn the direction of a page's text, nor
 * begin a line of their own, which would be markup in Markdown.
 */
export const plain = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ');
