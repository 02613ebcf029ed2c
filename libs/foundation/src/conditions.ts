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

/** Receives every change: a condition that is new or changed, or one that was cleared. */
export type ConditionsListener = (condition: Condition, change: 'raised' | 'cleared') => void;

export interface ConditionsOptions {
  readonly clock?: Pick<Clock, 'now'>;
  readonly onChange?: ConditionsListener;
}

/** What is wrong in this process at the moment, by subject; one per process. */
export class Conditions {
  readonly #current = new Map<string, Condition>();
  readonly #listeners = new Set<ConditionsListener>();

  readonly #clock: Pick<Clock, 'now'>;

  constructor({ clock = systemClock, onChange }: ConditionsOptions = {}) {
    this.#clock = clock;
    if (onChange) this.onChange(onChange);
  }

  /** False: one of the conditions is `unready`. */
  get ready(): boolean {
    return isReady(this.list());
  }

  /** Replaces the condition of that subject, if there is one; it keeps its `since`. */
  raise(subject: string, detail: string, severity: Severity = 'degraded'): void {
    const before = this.#current.get(subject);
    if (before?.detail === detail && before.severity === severity) return;
    const condition = { subject, detail, severity, since: before?.since ?? instantOf(this.#clock.now()) };
    this.#current.set(subject, condition);
    this.#notify(condition, 'raised');
  }

  /** Does nothing when there is none of that subject. */
  clear(subject: string): void {
    const condition = this.#current.get(subject);
    if (!condition) return;
    this.#current.delete(subject);
    this.#notify(condition, 'cleared');
  }

  /** The current ones, in the order in which they were first raised. */
  list(): readonly Condition[] {
    return [...this.#current.values()];
  }

  /** Calls the listener from now on; the returned function ends that. */
  onChange(listener: ConditionsListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #notify(condition: Condition, change: 'raised' | 'cleared'): void {
    for (const listener of this.#listeners) listener(condition, change);
  }
}

export const isReady = (conditions: readonly Pick<Condition, 'severity'>[]): boolean =>
  conditions.every(({ severity }) => severity !== 'unready');
