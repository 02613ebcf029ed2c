import { DueHeap } from '@tidemark/foundation';
import type { JobChange } from './live-jobs.js';
import type { Plan } from './plans.js';

/**
 * A job that is due, a planned sync, the deadline of a cancel, a waiting job whose connection is gone. `at` is in
 * milliseconds since the epoch, by the clock of the process that recorded it.
 */
export type Reminder =
  | { readonly kind: 'job'; readonly jobId: string; readonly at: number }
  | ({ readonly kind: 'sync' } & Plan)
  | { readonly kind: 'cancel'; readonly jobId: string; readonly tenant: string; readonly at: number }
  | { readonly kind: 'orphan'; readonly jobId: string; readonly tenant: string; readonly at: number };

/** Milliseconds that have to pass from now on, where an event states a wait and not a point in time. */
export interface Waits {
  /** Until the next attempt. */
  readonly retry?: number;
  /** Until the deadline of a cancel. */
  readonly cancel?: number;
}

/**
 * Due times in order: points in time by this process's clock, and waits by the time that has passed here, since the
 * clock of the process that recorded them may differ. A reminder is never withdrawn: the caller of `take` checks that it
 * still applies.
 */
export class Reminders {
  readonly #points = new DueHeap<Reminder>();
  readonly #waits = new DueHeap<Reminder>();

  /** `now` in milliseconds since the epoch, `passed` in milliseconds of PassedTime. */
  constructor(
    private readonly now: () => number,
    private readonly passed: () => number,
  ) {}

  /** The time of the earliest reminder, in milliseconds since the epoch; undefined when there is none. */
  get next(): number | undefined {
    const wait = this.#waits.next;
    const point = this.#points.next;
    return wait === undefined ? point : Math.min(point ?? Infinity, this.now() + wait - this.passed());
  }

  /** True when the job has just become due: it needs no reminder. A superfluous reminder is harmless. */
  apply({ before, after }: JobChange, { retry, cancel = 0 }: Waits): boolean {
    if (!after) return false;
    const { id: jobId, tenant, phase, due, cancelDeadline } = after;
    if (cancelDeadline !== null && cancelDeadline !== before?.cancelDeadline)
      this.addAfter({ kind: 'cancel', jobId, tenant, at: cancelDeadline }, cancel);
    if (phase !== 'due' || (before?.phase === 'due' && before.due === due)) return false;
    const reminder: Reminder = { kind: 'job', jobId, at: due };
    if (retry === undefined ? due <= this.now() : retry <= 0) return true;
    if (retry === undefined) this.add(reminder);
    else this.addAfter(reminder, retry);
    return false;
  }

  /** Due at its own time. */
  add(reminder: Reminder): void {
    this.#points.push(reminder.at, reminder);
  }

  /** Due when that many milliseconds have passed. */
  addAfter(reminder: Reminder, milliseconds: number): void {
    this.#waits.push(this.passed() + milliseconds, reminder);
  }

  /** Removes and returns reminders that are due at `now`, the earliest first. */
  *take(now: number): Generator<Reminder> {
    for (let due = this.#points.popDue(now); due; due = this.#points.popDue(now)) yield due;
    const passed = this.passed() + now - this.now();
    for (let due = this.#waits.popDue(passed); due; due = this.#waits.popDue(passed)) yield due;
  }
}
