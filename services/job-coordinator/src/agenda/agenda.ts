import { isEnding, type ConnectionEvent, type JobCreated, type JobEvent, type Origin } from '@tidemark/contracts';
import type { AdmissionEvent, Slot } from '../admission/admission.js';
import { laneOf } from '../admission/lanes.js';
import type { ConnectionState } from '../connection/connection.js';
import { opensAt } from '../connection/windows.js';
import { isEnded, type ExistingJob, type JobState } from '../job/job.js';
import { Claims } from './claims.js';
import { LiveJobs, type JobChange, type LiveJob } from './live-jobs.js';
import { hasEnded, isWaiting } from './phases.js';
import { Plans } from './plans.js';
import { Reminders, type Reminder, type Waits } from './reminders.js';
import { Slots } from './slots.js';
import { Unanswered } from './unanswered.js';

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
  readonly unanswered = new Unanswered();
  readonly #reminders: Reminders;
  /** By job. */
  readonly #expedited = new Map<string, Expedited>();
  /** Ids of jobs and connections whose events are passed over. */
  readonly #aside = new Set<string>();
  readonly #now: () => number;
  readonly #passed: () => number;
  /** When each reserved slot was first seen here, in passed time. */
  readonly #reservations = new Map<string, number>();
  #position = -1;
  #isLive = false;

  /** `now` in milliseconds since the epoch; `passed` in milliseconds of PassedTime. */
  constructor(now: () => number, passed = now) {
    this.#now = now;
    this.#passed = passed;
    this.#reminders = new Reminders(now, passed);
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
    if (event.type === 'JobCreated' && this.#aside.has(event.data.connectionId)) this.#aside.add(jobId);
    if (this.#aside.has(jobId)) return;
    this.#follow(this.jobs.apply(jobId, tenant, event, origin), this.#waitsOf(event));
    const job = this.jobs.get(jobId);
    if (event.type === 'StageCompleted' || !job || hasEnded(job.phase)) this.claims.endStage(jobId);
    if (job?.phase === 'claimed') this.claims.apply(jobId, event, job.stage.name);
    else this.claims.end(jobId);
    if (event.type === 'JobCreated' && isRequested(event, this.#now()))
      this.#expedite(laneOf(event.data), 'a sync was requested');
    if (isEnding(event)) this.unanswered.ended(jobId, tenant);
  }

  applyConnection(connectionId: string, tenant: string, event: ConnectionEvent): void {
    if (event.type === 'SyncEnded') this.confirmEnd(event.data.jobId);
    if (this.#aside.has(connectionId)) return;
    const plan = this.plans.apply(connectionId, tenant, event);
    if (plan) this.#reminders.add({ kind: 'sync', ...plan });
    if (event.type === 'ConnectionUpdated' && event.data.source) this.#changed(connectionId, 'the source was changed');
    if (event.type === 'ConnectionReconnected') this.#changed(connectionId, 'the connection was reconnected');
    if (event.type === 'ConnectionUpdated' && event.data.schedule)
      for (const { id } of this.heldOf(connectionId)) this.#follow(this.jobs.hold(id, this.#now()));
    if (event.type !== 'ConnectionRemoved' || !this.#isLive) return;
    for (const job of this.jobs.values()) if (job.connectionId === connectionId) this.#noteOrphan(job);
  }

  /** The job's connection has recorded its end. */
  confirmEnd(jobId: string): void {
    this.unanswered.recorded(jobId);
    this.#follow(this.jobs.release(jobId));
  }

  applyAdmission({ data: { released, admitted, reserved } }: AdmissionEvent): void {
    if (reserved) this.#noteReservation(reserved.jobId);
    for (const jobId of released) {
      this.#reservations.delete(jobId);
      if (this.jobs.get(jobId)?.phase === 'released') this.#follow(this.jobs.forget(jobId));
    }
    for (const { jobId, attempt } of admitted) {
      this.#reservations.delete(jobId);
      const change = this.jobs.admit(jobId, attempt);
      if (change) this.#follow(change);
      else this.unanswered.sentAgain(jobId);
    }
  }

  /** The job's events cannot be folded: it is forgotten, and passed over from now on. */
  setAsideJob(jobId: string): void {
    this.#aside.add(jobId);
    this.claims.end(jobId);
    this.unanswered.recorded(jobId);
    this.#follow(this.jobs.forget(jobId));
  }

  /** The connection's events cannot be folded: neither its plan nor any of its jobs can go on. */
  setAsideConnection(connectionId: string): void {
    this.#aside.add(connectionId);
    this.plans.forget(connectionId);
    for (const job of [...this.jobs.values()]) if (job.connectionId === connectionId) this.setAsideJob(job.id);
  }

  /** No heartbeat of the job's claim was heard for long, though it has not expired yet. */
  isSilent(jobId: string): boolean {
    const [job, claim] = [this.jobs.get(jobId), this.claims.get(jobId)];
    return job !== undefined && claim !== undefined && claim.silentMs > job.claimTimeoutMs / 2;
  }

  /** All events up to this log position have been applied. */
  reached(position: number): void {
    this.#position = position;
  }

  /** Adds a job as it was at some position; later events may follow, and so may earlier ones. */
  restore(job: ExistingJob & { readonly origin?: Origin }): void {
    const change = this.jobs.restore(job);
    if (!change) return;
    this.claims.restore(job);
    const { retryAt, retryDelayMs = retryAt ?? 0, cancel } = job;
    this.#follow(change, {
      ...(retryAt !== null && { retry: this.#rest(retryAt - retryDelayMs, retryAt) }),
      ...(cancel && { cancel: this.#rest(cancel.requestedAt, cancel.deadline) }),
    });
  }

  /**
   * Takes over what the job's own stream says. A view that this agenda began with may have lost an event of the job, and
   * then nothing in the log shows it. False when the agenda has it right.
   */
  correct(jobId: string, state: JobState): boolean {
    const job = this.jobs.get(jobId);
    if (!job || state.status === 'absent') return false;
    if (isEnded(state) ? hasEnded(job.phase) : this.jobs.agrees(state)) return false;
    this.claims.end(jobId);
    this.#follow(this.jobs.forget(jobId));
    if (!isEnded(state)) this.restore({ ...state, ...(job.origin && { origin: job.origin }) });
    return true;
  }

  restoreConnection(connection: ConnectionState): void {
    const plan = this.plans.restore(connection);
    if (plan) this.#reminders.add({ kind: 'sync', ...plan });
  }

  /** Marks the waiting jobs that were admitted before this agenda began. */
  restoreSlots(running: ReadonlyMap<string, Slot>): void {
    for (const [jobId, { attempt, reserved }] of running)
      if (reserved) this.#noteReservation(jobId);
      else if (this.jobs.get(jobId)?.phase === 'ready') this.#follow(this.jobs.admit(jobId, attempt));
  }

  /** For how many milliseconds this process has known of the reserved slot. */
  reservedFor(jobId: string): number {
    return this.#passed() - (this.#reservations.get(jobId) ?? this.#passed());
  }

  /** The end of the window that keeps the job from starting; undefined when it may start. */
  heldUntil({ connectionId, isPlanned }: Pick<LiveJob, 'connectionId' | 'isPlanned'>): number | undefined {
    const schedule = isPlanned ? this.plans.scheduleOf(connectionId) : undefined;
    const now = this.#now();
    const until = schedule ? opensAt(schedule, now) : now;
    return until > now ? until : undefined;
  }

  /** The connection's jobs that wait for the end of a window. */
  heldOf(connectionId: string): LiveJob[] {
    return [...this.jobs.values()].filter((job) => job.isHeld && job.connectionId === connectionId);
  }

  /** These leave their queues until the windows end in which they may not start. */
  hold(jobIds: readonly string[]): void {
    for (const jobId of jobIds) {
      const until = this.heldUntil(this.jobs.get(jobId)!);
      if (until !== undefined) this.#follow(this.jobs.hold(jobId, until));
    }
  }

  #noteReservation(jobId: string): void {
    if (!this.#reservations.has(jobId)) this.#reservations.set(jobId, this.#passed());
  }

  /**
   * Forgets jobs that have completed and whose connections have not been seen to record their end: they may
   * have done so before this agenda began, and then no event would release the slot.
   */
  forgetUnconfirmed(): void {
    for (const { id, phase } of this.jobs.values()) if (phase === 'completing') this.#follow(this.jobs.forget(id));
  }

  /** The log has been followed to its end: events are new from now on. */
  goLive(): void {
    this.#isLive = true;
    this.forgetUnconfirmed();
    for (const job of this.jobs.values()) this.#noteOrphan(job);
  }

  /** Moves jobs that are due at `now` to `ready`, and returns the other due tasks. */
  takeDue(now = this.#now()): DueTask[] {
    const tasks: DueTask[] = [];
    for (const reminder of this.#reminders.take(now)) {
      if (reminder.kind === 'job') this.#makeReady(reminder.jobId, reminder.at);
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

  /** Puts back a task that failed, to be due again after a pause. */
  putBack(task: DueTask, milliseconds: number): void {
    this.#reminders.addAfter(task, milliseconds);
  }

  /** A retry need not wait for a source that has changed; a window of the schedule still holds it. */
  #changed(connectionId: string, reason: string): void {
    for (const type of ['incremental', 'backfill']) {
      const lane = laneOf({ connectionId, type });
      const job = this.jobs.get(this.slots.retryingOf(lane) ?? '');
      if (job && this.heldUntil(job) === undefined) this.#expedite(lane, reason);
    }
  }

  #expedite(lane: string, reason: string): void {
    const job = this.jobs.get(this.slots.retryingOf(lane) ?? '');
    if (job?.phase === 'due') this.expediteAgain({ jobId: job.id, tenant: job.tenant, due: job.due, reason });
  }

  #applies(task: DueTask): boolean {
    if (task.kind === 'sync') return this.plans.get(task.connectionId)?.at === task.at;
    const job = this.jobs.get(task.jobId);
    if (task.kind === 'orphan') return job !== undefined && this.#isOrphan(job);
    return job?.cancelDeadline === task.at && !hasEnded(job.phase);
  }

  #isOrphan({ connectionId, phase }: LiveJob): boolean {
    return this.#isLive && isWaiting(phase) && this.plans.scheduleOf(connectionId) === undefined;
  }

  #noteOrphan(job: LiveJob): void {
    if (!this.#isOrphan(job)) return;
    this.#reminders.add({ kind: 'orphan', jobId: job.id, tenant: job.tenant, at: this.#now() });
  }

  /** The waits that the event states, from now on. */
  #waitsOf({ type, data }: JobEvent): Waits {
    if (type === 'RetryScheduled') return { retry: this.#rest(data.at, data.retryAt) };
    if (type === 'CancelRequested') return { cancel: this.#rest(data.at, data.deadline) };
    return {};
  }

  /**
   * What is left of a wait between two times of another clock. While the agenda is live the wait has just begun: only a
   * small part of it can have passed, and anything else is the difference of the clocks.
   */
  #rest(from: number, until: number): number {
    const wait = until - from;
    const passed = this.#now() - from;
    if (!this.#isLive) return Math.min(wait, Math.max(0, wait - passed));
    return passed >= 0 && passed <= wait / 4 ? wait - passed : wait;
  }

  /** Passes a changed job to the other folds. A job that is due already becomes ready at once. */
  #follow(change: JobChange | undefined, waits: Waits = {}): void {
    if (!change) return;
    this.slots.apply(change);
    this.unanswered.apply(change);
    const isDue = this.#reminders.apply(change, waits);
    const { before, after } = change;
    if (after && after.phase !== before?.phase) this.#noteOrphan(after);
    if (after && isDue) this.#makeReady(after.id, after.due);
  }

  #makeReady(jobId: string, due: number): void {
    const job = this.jobs.get(jobId);
    const until = job?.phase === 'due' && job.due === due ? this.heldUntil(job) : undefined;
    this.#follow(until === undefined ? this.jobs.makeReady(jobId, due) : this.jobs.hold(jobId, until));
  }
}

/** Requested by a caller, to start at once. */
const isRequested = ({ data: { trigger, startAt = 0 } }: JobCreated, now: number) =>
  trigger !== 'schedule' && startAt <= now;
