import type { Both } from '../both.js';
import type { OperationRef } from '../change.js';
import type { JsonObject } from '../json.js';
import { inside } from '../pointers.js';
import type { ApiRuleId } from '../rules/api-rules.js';
import type { Comparison, Details, OperationPair } from './comparison.js';
import { isCovered, judgeDeprecation, judgeRemoval, judgeSunsetMove, stabilityMove, stabilityOf } from './stability.js';

/** The circumstances of a removal. */
interface Removal {
  /** Its stability level does not count. */
  readonly ignoresStability: boolean;
  /** All operations of the path, where it is gone as a whole. */
  readonly wholePath: readonly JsonObject[] | undefined;
}

/** The rule for an operation that is gone. */
export const removalRule = (
  comparison: Comparison,
  operation: JsonObject,
  { ignoresStability, wholePath }: Removal,
): { rule: ApiRuleId; text?: string } => {
  if (!ignoresStability && !isMissed(comparison, operation, wholePath)) {
    const text = stabilityOf(operation) ?? JSON.stringify(operation['x-stability-level']);
    return { rule: 'unstable-api-removed', text };
  }
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
  { dialect, options }: Comparison,
  operation: JsonObject,
  wholePath: readonly JsonObject[] | undefined,
): boolean => {
  const level = stabilityOf(operation);
  if (level === undefined) return false;
  if (wholePath === undefined) return isCovered(options, level);
  if (level === 'alpha' || level === 'draft') return false;
  return (dialect.judgesPathsAsOne ? wholePath : [operation])
    .map(stabilityOf)
    .some((each) => each !== undefined && isCovered(options, each));
};

/** Deprecation, sunset and stability of an operation; false when its other changes do not count. */
export const compareLifecycle = (
  comparison: Comparison,
  pair: OperationPair,
  operations: Both<JsonObject>,
  ignoresStability: boolean,
): boolean => {
  const isCounted = ignoresStability || compareStability(comparison, pair, operations);
  if (isCounted) compareDeprecation(comparison, pair, operations);
  return isCounted;
};

/** False when changes at the new level do not count. */
const compareStability = (comparison: Comparison, pair: OperationPair, operations: Both<JsonObject>): boolean => {
  const pointer = inside(pair.pointer, 'x-stability-level');
  for (const node of [operations.before, operations.after]) reportInvalidLevel(comparison, pair.ref, node, pointer);
  const before = stabilityOf(operations.before);
  const after = stabilityOf(operations.after);
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
  pointer: Details['pointer'],
): void => {
  if (stabilityOf(node) === undefined)
    comparison.add('api-invalid-stability-level', { operation, after: node['x-stability-level'], pointer });
};

const compareDeprecation = (comparison: Comparison, pair: OperationPair, operations: Both<JsonObject>): void =>
  reportDeprecation(comparison, pair, operations, {
    base: { operation: pair.ref },
    pointer: pair.pointer,
    reactivated: 'endpoint-reactivated',
    deprecated: {
      plain: 'endpoint-deprecated',
      'with-sunset': 'endpoint-deprecated-with-sunset',
      missing: 'api-deprecated-sunset-missing',
      unreadable: 'api-deprecated-sunset-parse',
      'too-small': 'api-sunset-date-too-small',
    },
    moved: {
      deleted: 'sunset-deleted',
      unreadable: 'api-path-sunset-parse',
      'too-small': 'api-sunset-date-changed-too-small',
    },
  });

/** The rules about the deprecation of an operation or a parameter, and where that stands. */
export interface DeprecationRules {
  readonly base: Pick<Details, 'operation' | 'name'>;
  readonly pointer: Both<string>;
  readonly reactivated: ApiRuleId;
  readonly deprecated: Readonly<Record<ReturnType<typeof judgeDeprecation>['verdict'], ApiRuleId>>;
  readonly moved: Readonly<Record<NonNullable<ReturnType<typeof judgeSunsetMove>>, ApiRuleId>>;
}

export const reportDeprecation = (
  comparison: Comparison,
  { level }: OperationPair,
  { before, after }: Both<JsonObject>,
  { base, pointer, reactivated, deprecated, moved }: DeprecationRules,
): void => {
  const { options } = comparison;
  const [wasDeprecated, isDeprecated] = [before['deprecated'] === true, after['deprecated'] === true];
  const at = inside(pointer, 'deprecated');
  if (wasDeprecated && !isDeprecated) comparison.add(reactivated, { ...base, pointer: at });
  if (!wasDeprecated && isDeprecated && level !== undefined) {
    const { verdict, text } = judgeDeprecation(options, after, level);
    comparison.add(deprecated[verdict], { ...base, after: text, pointer: at });
  }
  const move = isDeprecated ? judgeSunsetMove(options, { before, after }, level) : undefined;
  if (move === undefined) return;
  const dates = { before: before['x-sunset'], after: after['x-sunset'] };
  comparison.add(moved[move], { ...base, ...dates, pointer: inside(pointer, 'x-sunset') });
};
