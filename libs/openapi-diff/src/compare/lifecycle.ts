import { asString } from '../json.js';
import type { Json, JsonObject } from '../json.js';
import type { ApiRuleId } from '../rules/api-rules.js';
import { child } from './context.js';
import type { Comparison, CompareOptions, OperationPair } from './context.js';

const LEVELS = ['draft', 'alpha', 'beta', 'stable'] as const;

export type Stability = (typeof LEVELS)[number];

/** `x-stability-level`, where silence means stable; undefined when it is none of the known levels. */
export function stabilityOf(node: JsonObject): Stability | undefined {
  const value = node['x-stability-level'];
  if (value === undefined || value === null || value === '') return 'stable';
  return LEVELS.find((level) => level === value);
}

/** Whether changes at this level are reported. */
function isCovered(options: CompareOptions, level: Stability): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(options.stabilityLevel ?? 'beta');
}

/** Which way the level went, when it counts: judged from the level that it leaves. */
export function stabilityMove(
  options: CompareOptions,
  from: Stability,
  to: Stability,
): 'decreased' | 'increased' | undefined {
  if (from === to || !isCovered(options, from)) return undefined;
  return LEVELS.indexOf(to) < LEVELS.indexOf(from) ? 'decreased' : 'increased';
}

/** `x-sunset` of something deprecated. */
export type Sunset =
  { kind: 'none' } | { kind: 'unreadable'; text: string } | { kind: 'date'; text: string; days: number };

/** Reads `x-sunset` (a date or a date-time, RFC 3339); `days` are from now. */
export function sunsetOf(node: JsonObject, now: Date): Sunset {
  const value = node['x-sunset'];
  if (value === undefined) return { kind: 'none' };
  const text = asString(value) ?? JSON.stringify(value);
  const date = /^\d{4}-\d{2}-\d{2}(T|$)/.test(text) ? Date.parse(text.slice(0, 10)) : Number.NaN;
  if (Number.isNaN(date)) return { kind: 'unreadable', text };
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  return { kind: 'date', text: text.slice(0, 10), days: Math.round((date - today) / 86_400_000) };
}

/** Least days from deprecation to sunset at a level of stability. */
export function minSunsetDays(options: CompareOptions, level: Stability): number {
  if (level === 'draft' || level === 'alpha') return 0;
  return (level === 'beta' ? options.minSunsetDays?.beta : options.minSunsetDays?.stable) ?? 0;
}

export type DeprecationVerdict = 'plain' | 'with-sunset' | 'missing' | 'unreadable' | 'too-small';

/** How well something was deprecated. */
export function judgeDeprecation(
  options: CompareOptions,
  node: JsonObject,
  level: Stability,
): { verdict: DeprecationVerdict; text?: string } {
  const sunset = sunsetOf(node, options.now ?? new Date());
  const least = minSunsetDays(options, level);
  if (sunset.kind === 'none') return { verdict: least > 0 ? 'missing' : 'plain' };
  if (sunset.kind === 'unreadable') return { verdict: 'unreadable', text: sunset.text };
  return { verdict: sunset.days < least ? 'too-small' : 'with-sunset', text: sunset.text };
}

/** How a removal is judged by deprecation and sunset. */
export function judgeRemoval(
  options: CompareOptions,
  node: JsonObject,
): { verdict: 'undeprecated' | 'deprecated' | 'unreadable' | 'early' | 'due'; text?: string } {
  if (node['deprecated'] !== true) return { verdict: 'undeprecated' };
  const sunset = sunsetOf(node, options.now ?? new Date());
  if (sunset.kind === 'none') return { verdict: 'deprecated' };
  if (sunset.kind === 'unreadable') return { verdict: 'unreadable', text: sunset.text };
  return { verdict: sunset.days > 0 ? 'early' : 'due', text: sunset.text };
}

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

/** What is wrong with a changed `x-sunset`; undefined when nothing is. */
export function judgeSunsetMove(
  options: CompareOptions,
  old: JsonObject,
  now: JsonObject,
  level: Stability | undefined,
): 'deleted' | 'unreadable' | 'too-small' | undefined {
  if (old['x-sunset'] === undefined || old['x-sunset'] === now['x-sunset']) return undefined;
  const today = options.now ?? new Date();
  const before = sunsetOf(old, today);
  const after = sunsetOf(now, today);
  if (after.kind === 'none') return 'deleted';
  if (before.kind !== 'date' || after.kind !== 'date') return 'unreadable';
  if (level === undefined) return undefined;
  return before.days > after.days && after.days < minSunsetDays(options, level) ? 'too-small' : undefined;
}
