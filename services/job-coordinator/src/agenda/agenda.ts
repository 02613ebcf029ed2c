import type { ConnectionEvent, JobCreated, JobEvent, Origin } from '@tidemark/contracts';
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

/** A job that is to wait for its next attempt no longer, unless it is due at another time by now. */
export interface Expedited {
  readonly jobId: string;
  readonly tenant: string;
  readonly due: number;
  readonly reason: string;
}

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
  /** By job. */
  readonly #expedited = new Map<string, Expedited>();
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
    this.#follow(this.jobs.apply(jobId, tenant, event, origin));
    if (this.jobs.get(jobId)?.phase === 'claimed') this.claims.apply(jobId, event, this.#now());
    else this.claims.end(jobId);
    if (event.type === 'JobCreated' && isRequested(event, this.#now()))
      this.#expedite(event.data.connectionId, 'a sync was requested');
  }

  applyConnection(connectionId: string, tenant: string, event: ConnectionEvent): void {
    if (event.type === 'SyncEnded') this.#follow(this.jobs.release(event.data.jobId));
    const plan = this.plans.apply(connectionId, tenant, event);
    if (plan) this.#reminders.add({ kind: 'sync', ...plan });
    if (event.type === 'ConnectionUpdated' && event.data.source) this.#expedite(connectionId, 'the source was changed');
    if (event.type === 'ConnectionReconnected') this.#expedite(connectionId, 'the connection was reconnected');
  }

  applyAdmission({ data: { released, admitted } }: AdmissionEvent): void {
    for (const jobId of released) if (this.jobs.get(jobId)?.phase === 'released') this.#follow(this.jobs.forget(jobId));
    for (const { jobId, attempt } of admitted) this.#follow(this.jobs.admit(jobId, attempt));
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

  /** The jobs that need not wait for their next attempt: a sync of their connection was requested since, or it has changed. */
  takeExpedited(): Expedited[] {
    const taken = [...this.#expedited.values()].filter(({ jobId, due }) => {
      const job = this.jobs.get(jobId);
      return job?.phase === 'due' && job.due === due;
    });
    this.#expedited.clear();
    return taken;
  }

  /** Puts back one that failed. */
  expediteAgain(expedited: Expedited): void {
    this.#expedited.set(expedited.jobId, expedited);
  }

  /** Puts back a task that failed, to be due at `at`. */
  putBack(task: DueTask, at: number): void {
    this.#reminders.add(task, at);
  }

  #expedite(connectionId: string, reason: string): void {
    const job = this.jobs.get(this.slots.retryingOf(connectionId) ?? '');
    if (job?.phase === 'due') this.expediteAgain({ jobId: job.id, tenant: job.tenant, due: job.due, reason });
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

/** Requested by a caller, to start at once. */
const isRequested = ({ data: { trigger, startAt = 0 } }: JobCreated, now: number) =>
  trigger !== 'schedule' && startAt <= now;
