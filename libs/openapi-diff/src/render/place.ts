import type { Change } from '../change.js';
import { plain, reach } from './page.js';

/** The documents that were compared, by the names that reports give them. */
export interface Compared {
  readonly before?: string;
  readonly after?: string;
}

/** Where a change is: in the new document, or in the old one when it was removed. Lines from 1. */
export const locationOf = (
  { line, pointer }: Change,
  { before = 'before', after = 'after' }: Compared,
): { readonly file: string; readonly line: number } =>
  pointer.after === undefined && pointer.before !== undefined
    ? { file: before, line: line?.before ?? 1 }
    : { file: after, line: line?.after ?? 1 };

/** The sentence of a change, with the operations that it reaches. */
export const fullSentence = (change: Change): string => {
  const operations = reach(change);
  return plain(operations === '' ? change.message : `${change.message} (${operations})`);
};
