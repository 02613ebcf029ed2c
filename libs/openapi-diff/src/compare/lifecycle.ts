import type { Json, JsonObject } from '../json.js';
import type { ApiRuleId } from '../rules/api-rules.js';
import { child } from './context.js';
import type { Comparison, OperationPair } from './context.js';
import type { Stability } from './options.js';
import { isCovered, judgeDeprecation, judgeRemoval, judgeSunsetMove, stabilityMove, stabilityOf } from './stability.js';

/** The rule for an operation that is gone. */
export function removalRule(
  comparison: Comparison,
  operation: JsonObject,
  wholePath: boolean,
): { rule: ApiRuleId; text?: string } {
  const level = stabilityOf(operation);
  if (
    level === undefined ||
    !isCovered(comparison.options, level) ||
    (wholePath && (level === 'alpha' || level === 'draft'))
  ) {
    return { rule: 'unstable-api-removed', text: level ?? JSON.stringify(operation['x-stability-level']) };
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
}

/** Deprecation, sunset and stability of an operation; false when its other changes do not count. */
export function compareLifecycle(
  comparison: Comparison,
  pair: OperationPair,
  old: JsonObject,
  now: JsonObject,
): boolean {
  const at = (key: string): { before: string; after: string } => ({
    before: child(pair.pointer.before, key),
    after: child(pair.pointer.after, key),
  });
  const before = stabilityOf(old);
  const after = stabilityOf(now);
  for (const [level, node] of [
    [before, old],
    [after, now],
  ] as const) {
    if (level === undefined)
      reportInvalidLevel(comparison, pair, node['x-stability-level'] ?? null, at('x-stability-level'));
  }
  if (before !== undefined && after !== undefined) {
    const move = stabilityMove(comparison.options, before, after);
    if (move !== undefined)
      comparison.add(`api-stability-${move}`, { operation: pair.ref, before, after, pointer: at('x-stability-level') });
  }
  if (after !== undefined && !isCovered(comparison.options, after)) return false;
  compareDeprecation(comparison, pair, { old, now, level: after });
  return true;
}

export function reportInvalidLevel(
  comparison: Comparison,
  pair: OperationPair,
  value: Json,
  pointer: { before?: string; after?: string },
): void {
  comparison.add('api-invalid-stability-level', { operation: pair.ref, after: value, pointer });
}

function compareDeprecation(
  comparison: Comparison,
  pair: OperationPair,
  { old, now, level }: { old: JsonObject; now: JsonObject; level: Stability | undefined },
): void {
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
}
