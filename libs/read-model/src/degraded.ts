import type { AnyDefinition } from './query.js';

/** Why the result of a query is not complete or not current. */
export const BEING_BUILT = 'the view is being built from the log';
export const CANNOT_BE_WRITTEN = 'the latest changes cannot be stored: the disk may be full, or the file locked';

/** While a later version of a view is built, the earlier one may stand still. */
export function olderVersion(
  { version }: AnyDefinition,
  live: { readonly version: number } | null,
): string | undefined {
  return live && live.version < version ? `version ${version} of the view is being built from the log` : undefined;
}
