import { systemClock, type Clock } from './clock.js';
import { instantOf } from './instant.js';

export const severities = ['degraded', 'unready'] as const;
/** `degraded`: the process serves, but not everything; `unready`: it cannot serve. */
export type Severity = (typeof severities)[number];

/** Something that is wrong in this process. */
export interface Condition {
  /** A short, stable name that anybody may read: `view jobs`. Never a path, an address or a tenant's name. */
  readonly subject: string;
  /** What is wrong and what to do, for operators only. Never a secret. */
  readonly detail: string;
  readonly severity: Severity;
  /** ISO 8601; when the subject was first raised. */
  readonly since: string;
}

export interface ConditionsOptions {
  readonly clock?: Pick<Clock, 'now'>;
  /** Receives every change: a condition that is new or changed, or one that was cleared. */
  readonly onChange?: (condition: Condition, change: 'raised' | 'cleared') => void;
}

/** What is wrong in this process at the moment, by subject; one per process. */
export class Conditions {
  readonly #current = new Map<string, Condition>();

  constructor(private readonly options: ConditionsOptions = {}) {}

  /** Replaces the condition of that subject, if there is one; it keeps its `since`. */
  raise(subject: string, detail: string, severity: Severity = 'degraded'): void {
    const before = this.#current.get(subject);
    if (before?.detail === detail && before.severity === severity) return;
    const { clock = systemClock, onChange } = this.options;
    const condition = { subject, detail, severity, since: before?.since ?? instantOf(clock.now()) };
    this.#current.set(subject, condition);
    onChange?.(condition, 'raised');
  }

  /** Does nothing when there is none of that subject. */
  clear(subject: string): void {
    const condition = this.#current.get(subject);
    if (!condition) return;
    this.#current.delete(subject);
    this.options.onChange?.(condition, 'cleared');
  }

  /** The current ones, in the order in which they were first raised. */
  list(): readonly Condition[] {
    return [...this.#current.values()];
  }
}
