import { DueHeap } from '@tidemark/foundation';
import type { JobChange } from './live-jobs.js';
import type { Plan } from './plans.js';

/** A job that is due, a planned sync, the deadline of a cancel. `at` is in milliseconds since the epoch. */
export type Reminder =
  | { readonly kind: 'job'; readonly jobId: string; readonly at: number }
  | ({ readonly kind: 'sync' } & Plan)
  | { readonly kind: 'cancel'; readonly jobId: string; readonly tenant: string; readonly at: number };

/** What has to happen at which time. A reminder is never withdrawn: whoever takes it checks that it still applies. */
export class Reminders {
  readonly #heap = new DueHeap<Reminder>();

  /** The time of the earliest reminder; undefined when there is none. */
  get next(): number | undefined {
    return this.#heap.next;
  }

  /** A job that is due by `now` needs no reminder; one reminder too many changes nothing. */
  apply({ before, after }: JobChange, now: number): void {
    if (!after) return;
    const { id: jobId, tenant, phase, due, cancelDeadline } = after;
    if (phase === 'due' && due > now) this.add({ kind: 'job', jobId, at: due });
    if (cancelDeadline !== null && cancelDeadline !== before?.cancelDeadline)
      this.add({ kind: 'cancel', jobId, tenant, at: cancelDeadline });
  }

  /** Reminds at `at` instead of the reminder's own time when it is given. */
  add(reminder: Reminder, at = reminder.at): void {
    this.#heap.push(at, reminder);
  }

  /** Removes and returns the reminders whose time has come, the earliest first. */
  *take(now: number): Generator<Reminder> {
    for (let due = this.#heap.popDue(now); due; due = this.#heap.popDue(now)) yield due;
  }
}
