import { uuidv5 } from '@tidemark/foundation/derived-ids';
import { operationText, SEVERITIES, type Change, type Severity } from './change.js';
import type { StoredChange } from './select.js';

/** How many changes there are of each severity. */
export type BySeverity = Readonly<Record<Severity, number>>;

export const countBySeverity = (changes: readonly { readonly severity: string }[]): BySeverity => {
  const counts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
  for (const { severity } of changes) counts[severity as Severity]++;
  return counts;
};

/** Changes as they are kept, in order. `ids`: names a UUID for each, together with the change's own id. */
export const storedChanges = (changes: readonly Change[], ids?: readonly string[]): StoredChange[] =>
  changes.map((change, order) => {
    const { id: changeId, rule, severity, operation, operations, pointer, before, after, message } = change;
    return {
      changeId,
      rule,
      severity,
      operation: operation ? operationText(operation) : null,
      operations: operations?.map(operationText) ?? (operation ? [operationText(operation)] : []),
      pointer,
      before: before ?? null,
      after: after ?? null,
      message,
      order,
      ...(ids && { id: uuidv5(...ids, changeId) }),
    };
  });

/** Lists of at most so many bytes of JSON each; an item that is larger is alone in its list. */
export const batchesOf = <T>(items: readonly T[], bytes: number): T[][] => {
  const batches: T[][] = [];
  let room = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item));
    if (size > room || batches.length === 0) {
      batches.push([]);
      room = bytes;
    }
    batches.at(-1)!.push(item);
    room -= size;
  }
  return batches;
};
