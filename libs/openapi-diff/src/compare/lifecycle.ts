import type { JsonObject } from '../json.js';
import { child } from './context.js';
import type { Comparison, OperationPair } from './context.js';

/** The rule for an operation that is gone; undefined when nobody could rely on it. */
export function removalRule(
  _comparison: Comparison,
  operation: JsonObject,
  wholePath: boolean,
): { rule: string; sunset?: string } | undefined {
  const prefix = wholePath ? 'api-path-removed' : 'api-removed';
  return { rule: operation['deprecated'] === true ? `${prefix}-with-deprecation` : `${prefix}-without-deprecation` };
}

/** Deprecation, sunset and stability of an operation; false when its other changes do not count. */
export function compareLifecycle(
  comparison: Comparison,
  pair: OperationPair,
  old: JsonObject,
  now: JsonObject,
): boolean {
  const was = old['deprecated'] === true;
  const is = now['deprecated'] === true;
  const pointer = { before: child(pair.pointer.before, 'deprecated'), after: child(pair.pointer.after, 'deprecated') };
  if (was && !is) comparison.add('endpoint-reactivated', { operation: pair.ref, pointer });
  if (!was && is) comparison.add('endpoint-deprecated', { operation: pair.ref, pointer });
  return true;
}
