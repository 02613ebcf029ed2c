import { DueHeap } from '@tidemark/foundation';
import type { JobChange } from './live-jobs.js';
import type { Plan } from './plans.js';

/** A job that is due, a planned sync, the deadline of a cancel. `at` is in milliseconds since the epoch. */
export type Reminder =
  | { readonly kind: 'job'; readonly jobId: string; readonly at: number }
  | ({ readonly kind: 'sync' } & Plan)
  | { readonly kind: 'cancel'; readonly jobId: string; readonly tenant: string; readonly at: number };

/** Due times in order. A reminder is never withdrawn: the caller of `take` checks that it still applies. */
export class Reminders {
  readonly #heap = new DueHeap<Reminder>();

  /** The time of the earliest reminder; undefined when there is none. */
  get next(): number | undefined {
    return this.#heap.next;
  }

  /** A job that is due by `now` needs no reminder; a superfluous reminder is harmless. */
  apply({ before, after }: JobChange, now: number): void {
    if (!after) return;
    const { id: jobId, tenant, phase, due, cancelDeadline } = after;
    if (phase === 'due' && due > now) this.add({ kind: 'job', jobId, at: due });
    if (cancelDeadline !== null && cancelDeadline !== before?.cancelDeadline)
      this.add({ kind: 'cancel', jobId, tenant, at: cancelDeadline });
  }

  /** Due at `at` when it is given, else at the reminder's own time. */
  add(reminder: Reminder, at = reminder.at): void {
    this.#heap.push(at, reminder);
  }

  /** Removes and returns due reminders, the earliest first. */
  *take(now: number): Generator<Reminder> {
    for (let due = this.#heap.popDue(now); due; due = this.#heap.popDue(now)) yield due;
  }
}
