import type { ConnectionEvent, Counts, JobEvent, Origin, StageDefinition } from '@tidemark/contracts';
import { DueHeap } from '@tidemark/foundation';
import type { AdmissionEvent, Admitted, Place } from '../admission/admission.js';
import { exists, type ConnectionState } from '../connection/connection.js';
import { currentStage, type ExistingJob } from '../job/job.js';
import { FairQueue } from './fair-queue.js';

/**
 * What a live job waits for:
 * - `due`: a time (planned start, next try); a timer moves it to `ready`
 * - `ready`: a place
 * - `offered`: a runner (admitted, handed over, or put back after a lost claim)
 * - `claimed`: nothing; a runner is at work
 * - `ended`: completed, and keeps its place until its connection has taken the cursor, which the next job starts from
 * - `over`: nothing; known until the tenant's places tell that its own was given back
 */
export type Phase = 'due' | 'ready' | 'offered' | 'claimed' | 'ended' | 'over';

/** A job that has not ended, or has just now; only what is needed to decide what comes next. Times are milliseconds since the epoch. */
export interface LiveJob {
  readonly id: string;
  readonly tenant: string;
  readonly connectionId: string;
  readonly stages: readonly StageDefinition[];
  readonly claimTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly origin?: Origin;
  phase: Phase;
  attempt: number;
  stage: StageDefinition;
  /** When the phase `due` is over. */
  due: number;
  claim: LiveClaim | null;
  cancelDeadline: number | null;
  /** Goes to the front of its connection's line: its place was reserved, or it is tried again. */
  first: boolean;
}

export interface LiveClaim {
  readonly number: number;
  /** When the claim was made, a stage completed, or (for a restarted coordinator) it was first heard of. */
  advancedAt: number;
  lastBeatAt: number;
  stalled: boolean;
  percent?: number;
  counts?: Partial<Counts>;
}

/** What a timer reminds of: a job that is due, a connection's planned sync, the deadline of a cancel. */
export type Reminder =
  | { readonly kind: 'job'; readonly jobId: string; readonly at: number }
  | { readonly kind: 'sync'; readonly connectionId: string; readonly at: number }
  | { readonly kind: 'cancel'; readonly jobId: string; readonly at: number };

/** How long a place that was reserved may be without its job, in milliseconds. */
const RESERVATION_MS = 30_000;

/**
 * Everything that is still to be done, folded from the log into memory: who waits, for what, until when. It decides
 * nothing and does no I/O; losing it costs a replay.
 */
export class Agenda {
  readonly jobs = new Map<string, LiveJob>();
  readonly plans = new Map<string, { readonly tenant: string; readonly at: number }>();
  readonly timers = new DueHeap<Reminder>();
  /** Tenants in which somebody might get a place since last looked at. */
  readonly dirty = new Set<string>();
  /** Position of the last event folded. */
  position = -1;
  private readonly queues = new Map<string, FairQueue>();
  /**
   * The job, by connection, that is on its second or later attempt. The connection's others wait until it has ended:
   * what it read before them must not be committed after them.
   */
  private readonly retrying = new Map<string, string>();
  /** Jobs that hold a place, by tenant, and the one of each connection. */
  private readonly holders = new Map<string, Set<string>>();
  private readonly holderOf = new Map<string, string>();

  constructor(private readonly now: () => number) {}

  /** Takes a job as it was at some position; events after that position may follow, repeated ones included. */
  restore(job: ExistingJob & { readonly origin?: Origin }): void {
    const stage = currentStage(job);
    if (!stage) return;
    const live = this.add(job.id, job.tenant, { ...job, stage, attempt: job.retryCount + 1 });
    live.first = job.retryCount > 0 || job.whenBusy === 'reject';
    if (job.retryCount > 0) this.retrying.set(job.connectionId, job.id);
    if (job.claim) {
      this.claimed(live, job.claim.number, this.now());
      live.claim!.stalled = job.claim.stalledSince !== null;
    } else if (job.status === 'running') this.hold(live, 'offered');
    else this.wait(live, job.retryAt ?? job.startAt ?? 0);
    if (job.cancel) this.cancelBy(live, job.cancel.deadline);
  }

  restoreConnection(connection: ConnectionState): void {
    if (exists(connection)) this.plan(connection.id, connection.tenant, connection.nextSyncAt);
  }

  applyJob(jobId: string, tenant: string, event: JobEvent, origin?: Origin): void {
    if (event.type === 'JobCreated') {
      const { data } = event;
      const job = this.add(jobId, tenant, { ...data, stage: data.stages[0]!, attempt: 1, origin });
      job.first = data.whenBusy === 'reject';
      return this.wait(job, data.startAt ?? 0);
    }
    const job = this.jobs.get(jobId);
    if (!job) return;
    switch (event.type) {
      case 'StageClaimed':
        return this.claimed(job, event.data.claim, event.data.at);
      case 'StageCompleted':
        return this.stageCompleted(job, event.data.stage, event.data.handOver, event.data.at);
      case 'CheckpointSaved':
        if (job.claim) Object.assign(job.claim, { stalled: false, advancedAt: event.data.at });
        return;
      case 'ClaimExpired':
        job.claim = null;
        return this.hold(job, 'offered');
      case 'ClaimStalled':
        if (job.claim) job.claim.stalled = true;
        return;
      case 'ClaimRecovered':
        if (job.claim) Object.assign(job.claim, { stalled: false, advancedAt: event.data.at });
        return;
      case 'RetryScheduled':
        this.release(job);
        job.attempt = event.data.retryCount + 1;
        job.first = true;
        this.retrying.set(job.connectionId, jobId);
        return this.wait(job, event.data.retryAt);
      case 'CancelRequested':
        return this.cancelBy(job, event.data.deadline);
      case 'JobCompleted':
      case 'JobFailed':
      case 'JobCancelled':
        return this.ended(job, event.type === 'JobCompleted');
      case 'ChangesDetected':
        return;
      default:
        return event satisfies never;
    }
  }

  applyConnection(connectionId: string, tenant: string, { type, data }: ConnectionEvent): void {
    if (type === 'SyncEnded') this.committed(data.jobId);
    if ('nextSyncAt' in data) this.plan(connectionId, tenant, data.nextSyncAt);
    else if (type === 'ConnectionPaused' || type === 'ConnectionDisconnected' || type === 'ConnectionRemoved')
      this.plans.delete(connectionId);
  }

  applyAdmission({ data }: AdmissionEvent): void {
    for (const jobId of data.released) if (this.jobs.get(jobId)?.phase === 'over') this.jobs.delete(jobId);
    for (const { jobId, attempt } of data.admitted) {
      const job = this.jobs.get(jobId);
      if (!job || job.attempt !== attempt || (job.phase !== 'ready' && job.phase !== 'due')) continue;
      this.queues.get(job.tenant)?.served(job.connectionId, jobId);
      this.hold(job, 'offered');
    }
  }

  /** Marks those who were given a place before this agenda began. */
  restorePlaces(running: ReadonlyMap<string, Place>): void {
    for (const [jobId, { attempt, reserved }] of running) {
      const job = this.jobs.get(jobId);
      if (reserved || job?.phase !== 'ready' || job.attempt !== attempt) continue;
      this.queues.get(job.tenant)?.served(job.connectionId, jobId);
      this.hold(job, 'offered');
    }
  }

  /** The job's time has come. */
  ripen(job: LiveJob): void {
    if (job.phase !== 'due') return;
    job.phase = 'ready';
    this.queueOf(job.tenant).add(job.connectionId, job.id, job.first);
    this.dirty.add(job.tenant);
  }

  /** Those of the tenant who might get a place, in the order of their turn. */
  *candidates(tenant: string): Generator<Admitted> {
    const queue = this.queues.get(tenant);
    if (!queue) return;
    for (const jobId of queue.heads()) {
      const { connectionId, attempt, stage, origin } = this.jobs.get(jobId)!;
      if ((this.retryingOf(connectionId) ?? jobId) !== jobId) continue;
      yield { jobId, connectionId, attempt, service: stage.service, stage: stage.name, ...(origin && { origin }) };
    }
  }

  /** Jobs that a runner is at work on. */
  *claimedJobs(): Generator<LiveJob> {
    for (const tenant of this.holders.keys()) yield* this.holdersOf(tenant).filter(({ claim }) => claim);
  }

  somebodyWaits(tenant: string): boolean {
    return !(this.queues.get(tenant)?.isEmpty ?? true);
  }

  /**
   * Takes the jobs that completed before now for unknown: their connections may know of it already, and then nobody
   * comes to tell.
   */
  doubtEnded(): void {
    for (const job of this.jobs.values()) if (job.phase === 'ended') this.remove(job);
  }

  /** Whether the job still needs the place it holds. */
  holds(jobId: string, place: Place): boolean {
    const job = this.jobs.get(jobId);
    if (place.reserved)
      return job ? job.attempt === 1 && job.claim === null : this.now() - place.since < RESERVATION_MS;
    return job !== undefined && job.phase !== 'over' && job.attempt === place.attempt;
  }

  /** The jobs of the tenant that hold a place. */
  holdersOf(tenant: string): LiveJob[] {
    return Array.from(this.holders.get(tenant) ?? [], (jobId) => this.jobs.get(jobId)!);
  }

  /** How many jobs of the tenant hold a place. */
  countHolders(tenant: string): number {
    return this.holders.get(tenant)?.size ?? 0;
  }

  /** The connection's job that holds a place. */
  holderAt(connectionId: string): string | undefined {
    return this.holderOf.get(connectionId);
  }

  /** The connection's job that is on its second or later attempt. */
  retryingOf(connectionId: string): string | undefined {
    return this.retrying.get(connectionId);
  }

  /** The jobs before this one in its connection's line; all of the line when the job is not in it. */
  ahead({ tenant, connectionId, id }: Pick<LiveJob, 'id' | 'tenant' | 'connectionId'>): string[] {
    return this.queues.get(tenant)?.ahead(connectionId, id) ?? [];
  }

  private add(
    id: string,
    tenant: string,
    given: Pick<
      LiveJob,
      'connectionId' | 'stages' | 'claimTimeoutMs' | 'stallTimeoutMs' | 'stage' | 'attempt' | 'origin'
    >,
  ): LiveJob {
    const { connectionId, stages, claimTimeoutMs, stallTimeoutMs, stage, attempt, origin } = given;
    const job: LiveJob = {
      id,
      tenant,
      connectionId,
      stages,
      claimTimeoutMs,
      stallTimeoutMs,
      stage,
      attempt,
      origin,
      phase: 'due',
      due: 0,
      claim: null,
      cancelDeadline: null,
      first: false,
    };
    this.jobs.set(id, job);
    return job;
  }

  private wait(job: LiveJob, due: number): void {
    job.phase = 'due';
    job.claim = null;
    job.due = due;
    if (due <= this.now()) this.ripen(job);
    else this.timers.push(due, { kind: 'job', jobId: job.id, at: due });
  }

  private claimed(job: LiveJob, number: number, at: number): void {
    if (job.phase === 'ready') this.queues.get(job.tenant)?.served(job.connectionId, job.id);
    this.hold(job, 'claimed');
    job.claim = { number, advancedAt: at, lastBeatAt: Math.max(at, this.now()), stalled: false };
  }

  private stageCompleted(job: LiveJob, stage: string, handOver: StageDefinition | undefined, at: number): void {
    const next = job.stages[job.stages.findIndex(({ name }) => name === stage) + 1];
    if (next) job.stage = next;
    if (handOver) {
      job.claim = null;
      this.hold(job, 'offered');
    } else if (job.claim) {
      Object.assign(job.claim, { advancedAt: at, stalled: false, percent: 0 });
    }
  }

  private cancelBy(job: LiveJob, deadline: number): void {
    job.cancelDeadline = deadline;
    this.timers.push(deadline, { kind: 'cancel', jobId: job.id, at: deadline });
  }

  private plan(connectionId: string, tenant: string, at: number | null): void {
    if (this.plans.get(connectionId)?.at === at) return;
    if (at === null) this.plans.delete(connectionId);
    else {
      this.plans.set(connectionId, { tenant, at });
      this.timers.push(at, { kind: 'sync', connectionId, at });
    }
  }

  private hold(job: LiveJob, phase: 'offered' | 'claimed'): void {
    job.phase = phase;
    let holders = this.holders.get(job.tenant);
    if (!holders) this.holders.set(job.tenant, (holders = new Set()));
    holders.add(job.id);
    this.holderOf.set(job.connectionId, job.id);
  }

  private ended(job: LiveJob, completed: boolean): void {
    if (this.retrying.get(job.connectionId) === job.id) this.retrying.delete(job.connectionId);
    job.claim = null;
    if (!this.holders.get(job.tenant)?.has(job.id)) this.remove(job);
    else if (completed) job.phase = 'ended';
    else this.over(job);
    if (this.somebodyWaits(job.tenant)) this.dirty.add(job.tenant);
  }

  /** The connection has taken the end of the job. */
  private committed(jobId: string): void {
    const job = this.jobs.get(jobId);
    if (job?.phase === 'ended') this.over(job);
  }

  private over(job: LiveJob): void {
    this.release(job);
    job.phase = 'over';
  }

  private remove(job: LiveJob): void {
    this.release(job);
    this.jobs.delete(job.id);
  }

  /** Gives back the job's place, or takes it out of the line. */
  private release(job: LiveJob): void {
    job.claim = null;
    this.queues.get(job.tenant)?.remove(job.connectionId, job.id);
    if (!this.holders.get(job.tenant)?.delete(job.id)) return;
    if (this.holderOf.get(job.connectionId) === job.id) this.holderOf.delete(job.connectionId);
    if (this.somebodyWaits(job.tenant)) this.dirty.add(job.tenant);
  }

  private queueOf(tenant: string): FairQueue {
    let queue = this.queues.get(tenant);
    if (!queue) this.queues.set(tenant, (queue = new FairQueue()));
    return queue;
  }
}
