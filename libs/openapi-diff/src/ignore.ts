import { globOf } from '@tidemark/foundation/glob';
import { operationsOf, operationText, type Change, type OperationRef } from './change.js';
import { dayOf } from './day.js';

/** Leaves out changes that match every field given; a rule without any field matches nothing. */
export interface IgnoreRule {
  /** A rule id; `*` matches anything. */
  readonly rule?: string;
  /** `GET /pets/{id}`; `*` matches anything, also as the method. */
  readonly operation?: string;
  /** A JSON pointer, before or after; it and everything below it. */
  readonly pointer?: string;
  /** The id of one change. */
  readonly changeId?: string;
  /** Why; kept for people. */
  readonly reason?: string;
  /** ISO date from which the rule no longer holds; null: never. */
  readonly until?: string | null;
}

/** An ignore list that cannot be used; `field` says where. */
export class IgnoreListError extends Error {
  override readonly name = 'IgnoreListError';

  constructor(
    readonly field: string,
    /** The end of a sentence that begins with the field. */
    readonly reason: string,
  ) {
    super(`${field} ${reason}`);
  }
}

const FIELDS = ['rule', 'operation', 'pointer', 'changeId', 'reason', 'until'] as const;
const MATCHING = ['rule', 'operation', 'pointer', 'changeId'] as const;

/**
 * Checks an ignore list that came from a file or a request.
 * @throws IgnoreListError naming the field at fault
 */
export const readIgnoreList = (value: unknown): IgnoreRule[] => {
  if (!Array.isArray(value)) throw new IgnoreListError('ignore', 'must be a list');
  return value.map((item: unknown, index) => {
    const at = `ignore[${index}]`;
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw new IgnoreListError(at, 'must be an object');
    for (const [key, text] of Object.entries(item)) {
      if (!(FIELDS as readonly string[]).includes(key))
        throw new IgnoreListError(`${at}.${key}`, `is not a known field; those are ${FIELDS.join(', ')}`);
      if (key === 'until' && text === null) continue;
      if (typeof text !== 'string' || text === '')
        throw new IgnoreListError(`${at}.${key}`, 'must be text of at least one character');
      const expected = shapeOf[key]?.(text);
      if (expected !== undefined) throw new IgnoreListError(`${at}.${key}`, `must be ${expected}`);
    }
    const rule = item as IgnoreRule;
    if (MATCHING.every((key) => rule[key] === undefined))
      throw new IgnoreListError(at, `needs one of ${MATCHING.join(', ')}`);
    return rule;
  });
};

/** What a text should have been: one of another shape would never match anything. */
const shapeOf: Readonly<Record<string, (text: string) => string | undefined>> = {
  changeId: (text) => (/^[0-9a-f]{16}$/.test(text) ? undefined : 'the id of a change, such as 1b0f24b9a7290a46'),
  operation: (text) => (/^\s*\//.test(text) ? 'a method and a path, such as GET /pets/{id} or * /pets/*' : undefined),
  pointer: (text) =>
    /^#?(\/([^~]|~[01])*)?$/.test(text) ? undefined : 'a JSON pointer, such as /components/schemas/Pet',
  until: (text) => (isDate(text) ? undefined : 'a date such as 2030-01-31'),
};

/** JavaScript alone also takes `1` for a year. */
const isDate = (text: string): boolean => {
  const shaped = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(text);
  return shaped && !Number.isNaN(Date.parse(text)) && dayOf(text) !== undefined;
};

/** The changes that no rule in force leaves out. A shared change loses only the operations ignored. */
export const applyIgnoreList = (changes: readonly Change[], rules: readonly IgnoreRule[], now: Date): Change[] => {
  const matchers = inForce(rules, now).map(matcher);
  if (matchers.length === 0) return [...changes];
  return changes.flatMap((change) => {
    const { operations, operation } = change;
    const isIgnored = (one?: OperationRef) =>
      matchers.some((matches) => matches({ ...change, changeId: change.id }, one && operationText(one)));
    if (operations === undefined) return isIgnored(operation) ? [] : [change];
    const left = operations.filter((one) => !isIgnored(one));
    if (left.length === operations.length) return [change];
    if (left.length === 0) return [];
    const { operations: _all, ...rest } = change;
    return [left.length === 1 ? { ...rest, operation: left[0] as OperationRef } : { ...rest, operations: left }];
  });
};

/** Indexes of the rules that are no longer in force. */
export const expiredRules = (rules: readonly IgnoreRule[], now: Date): number[] =>
  [...rules.keys()].filter((index) => !isInForce(rules[index]!, now));

/** Indexes of the rules in force that match none of the changes. */
export const idleRules = (changes: readonly Change[], rules: readonly IgnoreRule[], now: Date): number[] =>
  [...rules.keys()].filter((index) => {
    const rule = rules[index]!;
    if (!isInForce(rule, now)) return false;
    const matches = matcher(rule);
    const isMatched = (change: Change): boolean => {
      const reached = operationsOf(change);
      const named = { ...change, changeId: change.id };
      return reached.length === 0
        ? matches(named, undefined)
        : reached.some((one) => matches(named, operationText(one)));
    };
    return !changes.some(isMatched);
  });

/** A change as it may be kept elsewhere, as far as ignore rules look at it. */
export interface IgnorableChange extends Pick<Change, 'rule' | 'pointer'> {
  readonly changeId: string;
  /** All that the change reaches: `GET /pets`. */
  readonly operations: readonly string[];
}

/** Finds the rule in force that leaves a change out, for all its operations; undefined when some are left. */
export const ignoredBy = <Rule extends IgnoreRule>(
  rules: readonly Rule[],
  now: Date,
): ((change: IgnorableChange) => Rule | undefined) => {
  const known = inForce(rules, now).map((rule) => ({ rule, matches: matcher(rule) }));
  return (change) => {
    const reached = change.operations.length === 0 ? [undefined] : change.operations;
    const found = reached.map((operation) => known.find(({ matches }) => matches(change, operation)));
    return found.every((one) => one !== undefined) ? found[0]?.rule : undefined;
  };
};

const inForce = <Rule extends IgnoreRule>(rules: readonly Rule[], now: Date): Rule[] =>
  rules.filter((rule) => isInForce(rule, now));

const isInForce = ({ until }: IgnoreRule, now: Date): boolean => until == null || Date.parse(until) > now.getTime();

type Matcher = (change: Omit<IgnorableChange, 'operations'>, operation: string | undefined) => boolean;

const matcher = (rule: IgnoreRule): Matcher => {
  const byRule = rule.rule === undefined ? undefined : globOf(rule.rule);
  const byOperation =
    rule.operation === undefined ? undefined : globOf(rule.operation.replace(/^\w+/, (method) => method.toUpperCase()));
  return (change, operation) => {
    if (MATCHING.every((key) => rule[key] === undefined)) return false;
    if (rule.changeId !== undefined && rule.changeId !== change.changeId) return false;
    if (byRule !== undefined && !byRule(change.rule)) return false;
    if (
      rule.pointer !== undefined &&
      !under(rule.pointer, change.pointer.before) &&
      !under(rule.pointer, change.pointer.after)
    )
      return false;
    return byOperation === undefined || (operation !== undefined && byOperation(operation));
  };
};

const under = (parent: string, pointer: string | undefined): boolean => {
  const prefix = parent.startsWith('#') ? parent.slice(1) : parent;
  return pointer !== undefined && (pointer === prefix || pointer.startsWith(`${prefix}/`));
};
