import type { ChangeSummary, FoundChange, IgnoreRule } from '@tidemark/contracts';

/** Finds the rule that a change is ignored by. */
export type IgnoredBy = (change: FoundChange) => Pick<IgnoreRule, 'id' | 'reason'> | undefined;

export type Filter<Change> = (change: Change) => boolean;

/** Of an empty ignore list. */
export const ignoredByNothing: IgnoredBy = () => undefined;

/** What a caller may ask for that no index tells. */
export interface ChangeFilter {
  readonly operation?: string;
  readonly ignored?: boolean;
}

export const everything: Filter<unknown> = () => true;

/** An operation finds all changes that reach it, root causes that they share with others as well. */
export function filterOf({ operation, ignored }: ChangeFilter, ignoredBy: IgnoredBy): Filter<FoundChange> {
  const sought = ignored === false && ignoredBy === ignoredByNothing ? undefined : ignored;
  if (operation === undefined && sought === undefined) return everything;
  const asWritten = operation?.replace(/^\w+/, (method) => method.toUpperCase());
  return (change) =>
    (asWritten === undefined || change.operations.includes(asWritten)) &&
    (sought === undefined || (ignoredBy(change) !== undefined) === sought);
}

const AT_ONCE = 1000;

type PageNumber = { readonly page: number; readonly perPage: number };
type Found<Change> = { readonly data: readonly Change[]; readonly total: number; readonly asOf: number };

/** One page of those that pass, of a list that can only be paged through as a whole. */
export async function allOf<Change>(
  query: (page: PageNumber) => Promise<Found<Change>>,
  passes: Filter<Change>,
  { page, perPage }: PageNumber,
): Promise<Found<Change>> {
  const first = (page - 1) * perPage;
  const data: Change[] = [];
  let total = 0;
  for (let number = 1; ; number++) {
    const found = await query({ page: number, perPage: AT_ONCE });
    for (const change of found.data) {
      if (!passes(change)) continue;
      if (total >= first && data.length < perPage) data.push(change);
      total++;
    }
    if (number * AT_ONCE >= found.total) return { data, total, asOf: found.asOf };
  }
}

/** The change without what is the platform's own, and without what makes a list long. */
export function summaryOf<Change extends FoundChange>(change: Change, ignoredBy: IgnoredBy): ChangeSummary<Change> {
  const { operations, tenant: _, ...shown } = change as Change & { tenant?: string };
  const rule = ignoredBy(change);
  const ignored = rule ? { id: rule.id, reason: rule.reason } : null;
  return { ...shown, operationCount: operations.length, ignored } as ChangeSummary<Change>;
}
