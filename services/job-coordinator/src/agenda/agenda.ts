import type { ConnectionEvent, JobEvent, Origin } from '@tidemark/contracts';
import type { AdmissionEvent, Slot } from '../admission/admission.js';
import type { ConnectionState } from '../connection/connection.js';
import type { ExistingJob } from '../job/job.js';
import { Claims } from './claims.js';
import { LiveJobs, type JobChange } from './live-jobs.js';
import { hasEnded } from './phases.js';
import { Plans } from './plans.js';
import { Reminders, type Reminder } from './reminders.js';
import { Slots } from './slots.js';

/** A due task, to be carried out outside the agenda. */
export type DueTask = Exclude<Reminder, { readonly kind: 'job' }>;

/**
 * All outstanding work, folded from the log into memory. Each fold owns its part and may be read by anyone; an
 * event reaches all of them through the agenda alone. It decides nothing and does no I/O; losing it costs a replay.
 */
export class Agenda {
  readonly jobs = new LiveJobs();
  readonly slots = new Slots();
  readonly claims = new Claims();
  readonly plans = new Plans();
  readonly #reminders = new Reminders();
  /** Ids of jobs and connections whose events are passed over. */
  readonly #aside = new Set<string>();
  readonly #now: () => number;
  #position = -1;

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Log position up to which all events have been applied. */
  get position(): number {
    return this.#position;
  }

  /** When `takeDue` has to be called next, in milliseconds since the epoch. */
  get nextDue(): number | undefined {
    return this.#reminders.next;
  }

  applyJob(jobId: string, tenant: string, event: JobEvent, origin?: Origin): void {
    if (this.#aside.has(jobId)) return;
    this.#follow(this.jobs.apply(jobId, tenant, event, origin));
    if (this.jobs.get(jobId)?.phase === 'claimed') this.claims.apply(jobId, event, this.#now());
    else this.claims.end(jobId);
  }

  applyConnection(connectionId: string, tenant: string, event: ConnectionEvent): void {
    if (event.type === 'SyncEnded') this.#follow(this.jobs.release(event.data.jobId));
    if (this.#aside.has(connectionId)) return;
    const plan = this.plans.apply(connectionId, tenant, event);
    if (plan) this.#reminders.add({ kind: 'sync', ...plan });
  }

  applyAdmission({ data: { released, admitted } }: AdmissionEvent): void {
    for (const jobId of released) if (this.jobs.get(jobId)?.phase === 'released') this.#follow(this.jobs.forget(jobId));
    for (const { jobId, attempt } of admitted) this.#follow(this.jobs.admit(jobId, attempt));
  }

  /** The job's events cannot be folded: it is forgotten, and passed over from now on. */
  setAsideJob(jobId: string): void {
    this.#aside.add(jobId);
    this.claims.end(jobId);
    this.#follow(this.jobs.forget(jobId));
  }

  /** The connection's events cannot be folded: neither its plan nor any of its jobs can go on. */
  setAsideConnection(connectionId: string): void {
    this.#aside.add(connectionId);
    this.plans.forget(connectionId);
    for (const job of [...this.jobs.values()]) if (job.connectionId === connectionId) this.setAsideJob(job.id);
  }

  /** All events up to this log position have been applied. */
  reached(position: number): void {
    this.#position = position;
  }

  /** Adds a job as it was at some position; later events may follow, and so may earlier ones. */
  restore(job: ExistingJob & { readonly origin?: Origin }): void {
    const change = this.jobs.restore(job);
    if (!change) return;
    this.claims.restore(job, this.#now());
    this.#follow(change);
  }

  restoreConnection(connection: ConnectionState): void {
    const plan = this.plans.restore(connection);
    if (plan) this.#reminders.add({ kind: 'sync', ...plan });
  }

  /** Marks the waiting jobs that were admitted before this agenda began. */
  restoreSlots(running: ReadonlyMap<string, Slot>): void {
    for (const [jobId, { attempt, reserved }] of running)
      if (!reserved && this.jobs.get(jobId)?.phase === 'ready') this.#follow(this.jobs.admit(jobId, attempt));
  }

  /**
   * Forgets jobs that have completed and whose connections have not been seen to record their end: they may
   * have done so before this agenda began, and then no event would release the slot.
   */
  forgetUnconfirmed(): void {
    for (const { id, phase } of this.jobs.values()) if (phase === 'completing') this.#follow(this.jobs.forget(id));
  }

  /** Moves due jobs to `ready`, and returns the other due tasks. */
  takeDue(now: number): DueTask[] {
    const tasks: DueTask[] = [];
    for (const reminder of this.#reminders.take(now)) {
      if (reminder.kind === 'job') this.#follow(this.jobs.makeReady(reminder.jobId, reminder.at));
      else if (this.#applies(reminder)) tasks.push(reminder);
    }
    return tasks;
  }

  /** Puts back a task that failed, to be due at `at`. */
  putBack(task: DueTask, at: number): void {
    this.#reminders.add(task, at);
  }

  #applies(task: DueTask): boolean {
    if (task.kind === 'sync') return this.plans.get(task.connectionId)?.at === task.at;
    const job = this.jobs.get(task.jobId);
    return job?.cancelDeadline === task.at && !hasEnded(job.phase);
  }

  /** Passes a changed job to the other folds. A job that is due already becomes ready at once. */
  #follow(change: JobChange | undefined): void {
    if (!change) return;
    const now = this.#now();
    this.slots.apply(change);
    this.#reminders.apply(change, now);
    const { after } = change;
    if (after?.phase === 'due' && after.due <= now) this.#follow(this.jobs.makeReady(after.id, after.due));
  }
}
