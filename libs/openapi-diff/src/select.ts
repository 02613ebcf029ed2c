import { ignoredBy, type IgnorableChange, type IgnoreRule } from './ignore.js';

/** Which changes are wanted: all that is given must hold. */
export interface ChangeFilter {
  /** One of these. */
  readonly severity?: readonly string[] | undefined;
  readonly rule?: string | undefined;
  /** `GET /pets/{id}`, the method in any case: changes that reach it, those that reach others as well included. */
  readonly operation?: string | undefined;
  /** Only those that the ignore list leaves out, or only the others. */
  readonly ignored?: boolean | undefined;
}

/** A change as it may be kept elsewhere. */
export interface StoredChange extends IgnorableChange {
  readonly severity: string;
}

export interface Selection<Rule extends IgnoreRule = IgnoreRule> {
  readonly filter: ChangeFilter;
  readonly ignore: readonly Rule[];
  /** When the ignore list is judged. */
  readonly now: Date;
  /** Index of the first change of the page among those that pass the filter. */
  readonly from: number;
  /** The most changes of the page. */
  readonly count: number;
}

export interface Selected<Change, Rule> {
  /** The page: each change, with the rule that leaves it out. */
  readonly data: readonly { readonly change: Change; readonly ignoredBy: Rule | undefined }[];
  /** How many pass the filter. */
  readonly total: number;
  /** Of all changes that are not ignored, whatever the filter; severities that do not occur are left out. */
  readonly bySeverity: Readonly<Record<string, number>>;
  /** How many of all are ignored. */
  readonly ignored: number;
}

/** A test of changes; `isIgnored` is asked only when the filter needs it. */
export const changeFilter = (filter: ChangeFilter, isIgnored: (change: IgnorableChange) => boolean) => {
  const { severity, rule, operation, ignored } = filter;
  const asWritten = operation?.replace(/^\w+/, (method) => method.toUpperCase());
  return (change: StoredChange): boolean =>
    (severity === undefined || severity.includes(change.severity)) &&
    (rule === undefined || rule === change.rule) &&
    (asWritten === undefined || change.operations.includes(asWritten)) &&
    (ignored === undefined || isIgnored(change) === ignored);
};

/** One page of the changes that pass a filter, marked by an ignore list, and what all of them amount to. */
export const selectChanges = <Change extends StoredChange, Rule extends IgnoreRule>(
  changes: readonly Change[],
  { filter, ignore, now, from, count }: Selection<Rule>,
): Selected<Change, Rule> => {
  const ruleFor = ignoredBy(ignore, now);
  const bySeverity: Record<string, number> = {};
  const data: { change: Change; ignoredBy: Rule | undefined }[] = [];
  let total = 0;
  let ignored = 0;
  let rule: Rule | undefined;
  const passes = changeFilter(filter, () => rule !== undefined);
  for (const change of changes) {
    rule = ruleFor(change);
    if (rule) ignored++;
    else bySeverity[change.severity] = (bySeverity[change.severity] ?? 0) + 1;
    if (!passes(change)) continue;
    if (total >= from && data.length < count) data.push({ change, ignoredBy: rule });
    total++;
  }
  return { data, total, bySeverity, ignored };
};
