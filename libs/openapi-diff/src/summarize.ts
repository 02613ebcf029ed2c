import { operationKey, operationsOf, type Change, type OperationRef, type Severity } from './change.js';

/** A comparison in numbers. */
export interface Summary {
  readonly total: number;
  readonly severities: Record<Severity, number>;
  readonly operations: {
    readonly added: readonly OperationRef[];
    readonly removed: readonly OperationRef[];
    readonly changed: readonly OperationRef[];
  };
}

const REMOVED = /^(unstable-)?api(-path)?-removed(-|$)/;

/** Counts changes by severity, and names the operations added, removed and otherwise changed. */
export const summarize = (changes: readonly Change[]): Summary => {
  const severities: Record<Severity, number> = { breaking: 0, risky: 0, safe: 0, info: 0 };
  const added = new Map<string, OperationRef>();
  const removed = new Map<string, OperationRef>();
  const changed = new Map<string, OperationRef>();
  for (const change of changes) {
    severities[change.severity]++;
    const table = change.rule === 'endpoint-added' ? added : isRemoval(change) ? removed : changed;
    for (const operation of operationsOf(change)) table.set(operationKey(operation), operation);
  }
  return {
    total: changes.length,
    severities,
    operations: { added: [...added.values()], removed: [...removed.values()], changed: [...changed.values()] },
  };
};

/** A sunset date can be unreadable on removal and on change; only the first has nothing after it. */
const isRemoval = ({ rule, pointer }: Change): boolean =>
  REMOVED.test(rule) || (rule === 'api-path-sunset-parse' && pointer.after === undefined);
