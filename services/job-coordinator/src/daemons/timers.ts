import type { Clock, Daemon } from '@tidemark/foundation';
import type { Agenda, Reminder } from '../agenda/agenda.js';

const RETRY_MS = 1000;
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** What has to be done when its time has come; may be called twice for the same. */
export interface DueActions {
  startPlannedSync(connectionId: string, tenant: string, plannedAt: number): Promise<void>;
  forceCancel(jobId: string, tenant: string): Promise<void>;
  wake(): void;
}

/** One system timer for the earliest reminder of the agenda; a reminder that is no longer true is dropped when due. */
export class Timers implements Daemon {
  private timer: unknown;
  private armedFor = Infinity;
  private running = false;
  private stopped = false;

  constructor(
    private readonly agenda: Agenda,
    private readonly time: Clock,
    private readonly actions: DueActions,
    private readonly onError: (error: Error) => void,
  ) {}

  start(): void {
    this.running = !this.stopped;
    this.arm();
  }

  /** Sets the system timer to the earliest reminder. Cheap when that did not change. */
  arm(): void {
    const next = this.agenda.timers.next ?? Infinity;
    if (!this.running || next === this.armedFor) return;
    this.disarm();
    if (next === Infinity) return;
    this.armedFor = next;
    const wait = Math.min(Math.max(0, next - this.time.now()), LONGEST_TIMEOUT_MS);
    this.timer = this.time.setTimeout(() => this.fire(), wait);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.running = false;
    this.disarm();
  }

  private disarm(): void {
    if (this.timer !== undefined) this.time.clearTimeout(this.timer);
    this.timer = undefined;
    this.armedFor = Infinity;
  }

  private fire(): void {
    this.disarm();
    const now = this.time.now();
    for (let due = this.agenda.timers.popDue(now); due; due = this.agenda.timers.popDue(now)) this.remind(due);
    this.actions.wake();
    this.arm();
  }

  private remind(reminder: Reminder): void {
    switch (reminder.kind) {
      case 'job': {
        const job = this.agenda.jobs.get(reminder.jobId);
        if (job?.phase === 'due' && job.due === reminder.at) this.agenda.ripen(job);
        return;
      }
      case 'sync': {
        const plan = this.agenda.plans.get(reminder.connectionId);
        if (plan?.at !== reminder.at) return;
        return this.attempt(reminder, this.actions.startPlannedSync(reminder.connectionId, plan.tenant, plan.at));
      }
      case 'cancel': {
        const job = this.agenda.jobs.get(reminder.jobId);
        if (job?.cancelDeadline === undefined || job.cancelDeadline === null) return;
        return this.attempt(reminder, this.actions.forceCancel(job.id, job.tenant));
      }
    }
  }

  /** What failed is reminded of again: the store may be back by then. */
  private attempt(reminder: Reminder, action: Promise<void>): void {
    action.catch((error: Error) => {
      this.onError(error);
      this.agenda.timers.push(this.time.now() + RETRY_MS, reminder);
      this.arm();
    });
  }
}
