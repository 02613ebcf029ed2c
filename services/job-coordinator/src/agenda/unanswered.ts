import type { JobChange } from './live-jobs.js';

/** A message that was sent about a job, and whose effect has not been seen for too long. */
export interface Overdue {
  readonly jobId: string;
  readonly tenant: string;
  /** Work that no runner has claimed, or an end that its connection has not recorded. */
  readonly what: 'work' | 'end';
  /** How often the message has been sent. */
  readonly sent: number;
}

interface Wait extends Overdue {
  /** Milliseconds in which this coordinator has listened. */
  readonly waitedMs: number;
  readonly limitMs: number;
}

/** How long work may go unclaimed, and an end unrecorded, at first. */
const WORK_MS = 10_000;
const END_MS = 30_000;
/** A message may wait in its queue for long, so the limit doubles every time, up to this. */
const LONGEST_MS = 3_600_000;

/** Messages that may have been lost, since what they lead to has not happened: one per job at most. */
export class Unanswered {
  readonly #waits = new Map<string, Wait>();

  /** A job was offered to runners, or no longer is. */
  apply({ before, after }: JobChange): void {
    if (after?.phase !== 'offered') {
      if (before && this.#waits.get(before.id)?.what === 'work') this.#waits.delete(before.id);
      return;
    }
    const isSame = before?.phase === 'offered' && before.stage === after.stage && before.attempt === after.attempt;
    if (!isSame) this.#add(after.id, after.tenant, 'work', WORK_MS);
  }

  /** The job ended; its connection is to record that. */
  ended(jobId: string, tenant: string): void {
    this.#add(jobId, tenant, 'end', END_MS);
  }

  recorded(jobId: string): void {
    if (this.#waits.get(jobId)?.what === 'end') this.#waits.delete(jobId);
  }

  /** The work was published once more. */
  sentAgain(jobId: string): void {
    const wait = this.#waits.get(jobId);
    if (wait) this.#waits.set(jobId, { ...wait, sent: wait.sent + 1, waitedMs: 0 });
  }

  /** The message has not been sent again, nor answered, since it was found to be overdue. */
  isCurrent({ jobId, what, sent }: Overdue): boolean {
    const wait = this.#waits.get(jobId);
    return wait?.what === what && wait.sent === sent;
  }

  /** This coordinator has listened for that long. Returns what is overdue; each again only after twice the time. */
  age(milliseconds: number): Overdue[] {
    const overdue: Overdue[] = [];
    for (const [jobId, wait] of this.#waits) {
      const waitedMs = wait.waitedMs + milliseconds;
      const isOverdue = waitedMs > wait.limitMs;
      const limitMs = isOverdue ? Math.max(wait.limitMs, Math.min(2 * wait.limitMs, LONGEST_MS)) : wait.limitMs;
      this.#waits.set(jobId, { ...wait, limitMs, waitedMs: isOverdue ? 0 : waitedMs });
      if (isOverdue) overdue.push(wait);
    }
    return overdue;
  }

  #add(jobId: string, tenant: string, what: Overdue['what'], limitMs: number): void {
    this.#waits.set(jobId, { jobId, tenant, what, sent: 1, waitedMs: 0, limitMs });
  }
}
