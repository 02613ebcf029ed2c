import type { Both } from '../both.js';
import {
  operationKey,
  operationsOf,
  SEVERITIES,
  type Area,
  type Change,
  type OperationRef,
  type Severity,
} from '../change.js';
import { stableJson, type Json } from '../json.js';
import type { Rule } from '../rules/rule.js';
import { levelOf } from '../rules/rules.js';
import { bounded, fingerprint } from './content.js';

/** What a comparison found out about one difference. */
export interface Draft extends Partial<Both<Json>> {
  readonly rule: Rule;
  readonly area: Area;
  /** It concerns what only the other side sends. */
  readonly harmless?: boolean | undefined;
  /** Where it is, in words that do not depend on the order of anything; part of the change's id. */
  readonly place: string;
  readonly operation?: OperationRef | undefined;
  readonly pointer: Change['pointer'];
  readonly message: string;
}

/** A difference with all operations that it reaches. */
export interface Root {
  readonly draft: Draft;
  severity: Severity;
  readonly operations: Map<string, OperationRef>;
}

/** The severity of a rule, or of a harmless change under it; undefined when it is not reported. */
export type SeverityOf = (rule: Rule, harmless: boolean) => Severity | undefined;

/** Collects differences, joins those with one root cause, and turns them into changes. */
export class Report {
  readonly #severityOf: SeverityOf;
  readonly #roots = new Map<string, Root>();
  #harmless = false;

  constructor(severityOf: SeverityOf) {
    this.#severityOf = severityOf;
  }

  /** Reports what `run` finds as harmless: there was no promise that it stays. */
  asHarmless(run: () => void): void {
    this.#harmless = true;
    try {
      run();
    } finally {
      this.#harmless = false;
    }
  }

  /** Whether changes are harmless at the moment; see `asHarmless`. */
  get isHarmless(): boolean {
    return this.#harmless;
  }

  /** Takes a difference; undefined when it is not reported. */
  add(draft: Draft): Root | undefined {
    const severity = this.#severityOf(draft.rule, draft.harmless === true || this.#harmless);
    if (severity === undefined) return undefined;
    const key = `${draft.rule.id}\n${draft.place}\n${stableJson(draft.before)}\n${stableJson(draft.after)}`;
    let root = this.#roots.get(key);
    if (root === undefined) this.#roots.set(key, (root = { draft, severity, operations: new Map() }));
    // What hurts one of those that it reaches is not harmless.
    else if (rank(severity) < rank(root.severity)) root.severity = severity;
    this.reach(root, draft.operation);
    return root;
  }

  /** Adds an operation to those that a known difference reaches. */
  reach(root: Root, operation: OperationRef | undefined): void {
    if (operation !== undefined) root.operations.set(operationKey(operation), operation);
  }

  /** Whether anything breaks callers. */
  hasBreaking(): boolean {
    return [...this.#roots.values()].some(({ severity }) => severity === 'breaking');
  }

  /**
   * The changes, most severe first: one for each root cause, or one for each operation that it reaches. `locate` turns
   * canonical pointers into those of the documents.
   */
  changes(locate: (pointer: Change['pointer']) => Pick<Change, 'pointer' | 'line'>, perOperation = false): Change[] {
    const changes: Change[] = [];
    for (const [key, { draft, severity, operations }] of this.#roots) {
      const sorted = [...operations.values()].sort(compareOperations);
      const base = { ...changeOf(draft, severity), ...locate(draft.pointer) };
      if (perOperation && sorted.length > 0) {
        for (const operation of sorted)
          changes.push({ ...base, id: fingerprint(`${key}\n${operationKey(operation)}`), operation });
      } else {
        const [operation] = sorted;
        const reach = sorted.length > 1 ? { operations: sorted } : operation && { operation };
        changes.push({ ...base, id: fingerprint(key), ...reach });
      }
    }
    return changes.sort(compareChanges);
  }
}

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

const changeOf = (
  { rule, area, before, after, message }: Draft,
  severity: Severity,
): Omit<Change, 'id' | 'pointer'> => ({
  rule: rule.id,
  severity,
  level: levelOf(rule, severity),
  area,
  ...(before !== undefined && { before: bounded(before) }),
  ...(after !== undefined && { after: bounded(after) }),
  message,
});

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const compareOperations = (a: OperationRef, b: OperationRef): number =>
  compareText(a.path, b.path) || compareText(a.method, b.method);

const NOWHERE: OperationRef = { method: '', path: '' };

const compareChanges = (a: Change, b: Change): number =>
  rank(a.severity) - rank(b.severity) ||
  compareOperations(operationsOf(a)[0] ?? NOWHERE, operationsOf(b)[0] ?? NOWHERE) ||
  compareText(a.rule, b.rule) ||
  compareText(a.pointer.after ?? a.pointer.before ?? '', b.pointer.after ?? b.pointer.before ?? '') ||
  compareText(a.id, b.id);
