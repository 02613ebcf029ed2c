import type { Change, OperationRef, Severity } from '../compare/change.js';

/** Everything a renderer shows, in order. */
export interface Page {
  title: string;
  compared: string | undefined;
  counts: Array<[Severity, number]>;
  groups: Array<{ severity: Severity; heading: string; changes: readonly Change[] }>;
  total: number;
}

export type Paint = (severity: Severity, text: string) => string;

/** The operations of a change as one line: all when they are few, else the first and how many more. */
export function reach(change: Change, most = 3): string {
  const operations = change.operations ?? (change.operation === undefined ? [] : [change.operation]);
  const shown = operations.slice(0, most).map(operationText).join(', ');
  const more = operations.length - most;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

export function operationText(operation: OperationRef): string {
  return `${operation.method.toUpperCase()} ${operation.path}`;
}

/** Where a change stands, with its line when that is known. */
export function placeText(change: Change): string {
  const pointer = change.pointer.after ?? change.pointer.before ?? '';
  const line = change.pointer.after === undefined ? change.line?.before : change.line?.after;
  return line === undefined ? pointer : `${pointer} (line ${line})`;
}
