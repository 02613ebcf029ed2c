import type { JsonObject } from '../json.js';
import type { ApiRuleId } from '../rules/api-rules.js';
import type { OperationRef } from './change.js';
import { child, type Comparison, type OperationPair } from './context.js';
import type { Stability } from './options.js';
import { isCovered, judgeDeprecation, judgeRemoval, judgeSunsetMove, stabilityMove, stabilityOf } from './stability.js';

/** What a removal is judged by, besides the operation itself. */
interface Removal {
  /** Its stability level does not count. */
  readonly levelless: boolean;
  /** All operations of the path, where it is gone as a whole. */
  readonly wholePath: JsonObject[] | undefined;
}

/** The rule for an operation that is gone. */
export const removalRule = (
  comparison: Comparison,
  operation: JsonObject,
  { levelless, wholePath }: Removal,
): { rule: ApiRuleId; text?: string } => {
  const level = stabilityOf(operation);
  if (!levelless && !isMissed(comparison, operation, wholePath))
    return { rule: 'unstable-api-removed', text: level ?? JSON.stringify(operation['x-stability-level']) };
  const prefix = wholePath ? 'api-path-removed' : 'api-removed';
  const { verdict, ...rest } = judgeRemoval(comparison.options, operation);
  const rules: Record<typeof verdict, ApiRuleId> = {
    undeprecated: `${prefix}-without-deprecation`,
    deprecated: `${prefix}-with-deprecation`,
    unreadable: 'api-path-sunset-parse',
    early: `${prefix}-before-sunset`,
    due: 'api-removed-after-sunset',
  };
  return { rule: rules[verdict], ...rest };
};

/** Whether the stability level lets a removal count. */
const isMissed = (
  { field, options }: Comparison,
  operation: JsonObject,
  wholePath: JsonObject[] | undefined,
): boolean => {
  const level = stabilityOf(operation);
  if (level === undefined) return false;
  if (wholePath === undefined) return isCovered(options, level);
  if (level === 'alpha' || level === 'draft') return false;
  // oasdiff leaves out a path only where it covers none of its operations.
  return (field ? wholePath : [operation])
    .map(stabilityOf)
    .some((each) => each !== undefined && isCovered(options, each));
};

/** Deprecation, sunset and stability of an operation; false when its other changes do not count. */
export const compareLifecycle = (
  comparison: Comparison,
  pair: OperationPair,
  { old, now, levelless }: { old: JsonObject; now: JsonObject; levelless: boolean },
): boolean => {
  const covered = levelless || compareStability(comparison, pair, old, now);
  if (covered) compareDeprecation(comparison, pair, { old, now, level: pair.level });
  return covered;
};

/** False when changes at the new level do not count. */
const compareStability = (comparison: Comparison, pair: OperationPair, old: JsonObject, now: JsonObject): boolean => {
  const pointer = {
    before: child(pair.pointer.before, 'x-stability-level'),
    after: child(pair.pointer.after, 'x-stability-level'),
  };
  for (const node of [old, now]) reportInvalidLevel(comparison, pair.ref, node, pointer);
  const before = stabilityOf(old);
  const after = stabilityOf(now);
  if (before !== undefined && after !== undefined) {
    const move = stabilityMove(comparison.options, before, after);
    if (move !== undefined) comparison.add(`api-stability-${move}`, { operation: pair.ref, before, after, pointer });
  }
  return after === undefined || isCovered(comparison.options, after);
};

/** Reports a stability level that is not one that is known. */
export const reportInvalidLevel = (
  comparison: Comparison,
  operation: OperationRef,
  node: JsonObject,
  pointer: { before?: string; after?: string },
): void => {
  if (stabilityOf(node) === undefined)
    comparison.add('api-invalid-stability-level', { operation, after: node['x-stability-level'], pointer });
};

const compareDeprecation = (
  comparison: Comparison,
  pair: OperationPair,
  { old, now, level }: { old: JsonObject; now: JsonObject; level: Stability | undefined },
): void => {
  const base = {
    operation: pair.ref,
    pointer: { before: child(pair.pointer.before, 'deprecated'), after: child(pair.pointer.after, 'deprecated') },
  };
  const was = old['deprecated'] === true;
  const is = now['deprecated'] === true;
  if (was && !is) comparison.add('endpoint-reactivated', base);
  if (!was && is && level !== undefined) {
    const { verdict, text } = judgeDeprecation(comparison.options, now, level);
    const rules = {
      plain: 'endpoint-deprecated',
      'with-sunset': 'endpoint-deprecated-with-sunset',
      missing: 'api-deprecated-sunset-missing',
      unreadable: 'api-deprecated-sunset-parse',
      'too-small': 'api-sunset-date-too-small',
    } as const;
    comparison.add(rules[verdict], { ...base, after: text });
  }
  const moved = is ? judgeSunsetMove(comparison.options, old, now, level) : undefined;
  if (moved === undefined) return;
  const rules = {
    deleted: 'sunset-deleted',
    unreadable: 'api-path-sunset-parse',
    'too-small': 'api-sunset-date-changed-too-small',
  } as const;
  const pointer = { before: child(pair.pointer.before, 'x-sunset'), after: child(pair.pointer.after, 'x-sunset') };
  comparison.add(rules[moved], { operation: pair.ref, before: old['x-sunset'], after: now['x-sunset'], pointer });
};
