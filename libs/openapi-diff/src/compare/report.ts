import { stableJson, type Json } from '../json.js';
import { fieldSeverityOf, isFieldRule, levelOf, severityOf } from '../rules/rules.js';
import type { Effect } from '../rules/schema-rules.js';
import { bounded, fingerprint, type Area, type Change, type OperationRef, type Severity } from './change.js';
import type { ReportOptions } from './options.js';

/** What a comparison found out about one difference. */
export interface Draft {
  readonly rule: string;
  readonly area: Area;
  readonly effect: Effect;
  readonly direction?: 'request' | 'response';
  /** It concerns what only the other side sends. */
  harmless?: boolean;
  /** Where it is, in words that do not depend on the order of anything; part of the change's id. */
  readonly place: string;
  readonly operation?: OperationRef;
  readonly pointer: { before?: string; after?: string };
  readonly before?: Json;
  readonly after?: Json;
  readonly message: string;
}

/** A difference with all operations that it reaches. */
export interface Root {
  readonly draft: Draft;
  readonly operations: Map<string, OperationRef>;
}

/** Collects differences, joins those with one root cause, and turns them into changes. */
export class Report {
  readonly #roots = new Map<string, Root>();

  #quiet = false;

  readonly #options: ReportOptions;

  constructor(options: ReportOptions) {
    this.#options = options;
  }

  /** Reports what `run` finds as harmless: it concerns what nobody was promised. */
  quietly(run: () => void): void {
    this.#quiet = true;
    try {
      run();
    } finally {
      this.#quiet = false;
    }
  }

  /** Whether changes are harmless at the moment; see `quietly`. */
  get isQuiet(): boolean {
    return this.#quiet;
  }

  /** Takes a difference; undefined when it is not reported. */
  add(found: Draft): Root | undefined {
    const draft = this.#quiet ? { ...found, harmless: true } : found;
    if (this.#options.levels === 'oasdiff' && !isFieldRule(draft.rule)) return undefined;
    const key = `${draft.rule}\n${draft.place}\n${stableJson(draft.before)}\n${stableJson(draft.after)}`;
    let root = this.#roots.get(key);
    if (root === undefined) this.#roots.set(key, (root = { draft: { ...draft }, operations: new Map() }));
    else if (draft.harmless !== true) delete root.draft.harmless;
    this.reach(root, draft.operation);
    return root;
  }

  /** Says that a known difference reaches one more operation. */
  reach(root: Root, operation: OperationRef | undefined): void {
    if (operation !== undefined) root.operations.set(operationKey(operation), operation);
  }

  /** Whether anything breaks callers, by the levels in use. */
  hasBreaking(): boolean {
    for (const { draft } of this.#roots.values()) if (this.#severityOf(draft) === 'breaking') return true;
    return false;
  }

  #severityOf({ rule, effect, direction, harmless }: Draft): Severity {
    // Only rules of the field are reported at its levels, so that each has one.
    if (this.#options.levels === 'oasdiff') return fieldSeverityOf(rule, effect) as Severity;
    return harmless === true ? 'info' : severityOf(rule, effect, direction);
  }

  /** The changes, most severe first; `locate` turns canonical pointers into those of the documents. */
  changes(locate: (pointer: Draft['pointer']) => Pick<Change, 'pointer' | 'line'>): Change[] {
    const changes: Change[] = [];
    for (const [key, { draft, operations }] of this.#roots) {
      const sorted = [...operations.values()].sort(compareOperations);
      const base = { ...change(draft, this.#severityOf(draft)), ...locate(draft.pointer) };
      if (this.#options.perOperation === true && sorted.length > 0) {
        for (const operation of sorted)
          changes.push({ ...base, id: fingerprint(`${key}\n${operationKey(operation)}`), operation });
      } else {
        const reach =
          sorted.length === 1
            ? { operation: sorted[0] as OperationRef }
            : sorted.length > 1
              ? { operations: sorted }
              : {};
        changes.push({ ...base, id: fingerprint(key), ...reach });
      }
    }
    return changes.sort(compareChanges);
  }
}

const change = (draft: Draft, severity: Severity): Omit<Change, 'id' | 'pointer'> => ({
  rule: draft.rule,
  severity,
  level: levelOf(draft.rule, severity),
  area: draft.area,
  ...(draft.before === undefined ? {} : { before: bounded(draft.before) }),
  ...(draft.after === undefined ? {} : { after: bounded(draft.after) }),
  message: draft.message,
});

export const operationKey = (operation: OperationRef): string => `${operation.method} ${operation.path}`;

const SEVERITIES = ['breaking', 'risky', 'safe', 'info'];

const compareOperations = (a: OperationRef, b: OperationRef): number =>
  compareText(a.path, b.path) || compareText(a.method, b.method);

const compareChanges = (a: Change, b: Change): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
  compareText(first(a)?.path ?? '', first(b)?.path ?? '') ||
  compareText(first(a)?.method ?? '', first(b)?.method ?? '') ||
  compareText(a.rule, b.rule) ||
  compareText(a.pointer.after ?? a.pointer.before ?? '', b.pointer.after ?? b.pointer.before ?? '') ||
  compareText(a.id, b.id);

const first = (change: Change): OperationRef | undefined => change.operation ?? change.operations?.[0];

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
