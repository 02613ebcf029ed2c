import type { JobEvent, Origin, StageDefinition } from '@tidemark/contracts';
import { laneOf } from '../admission/lanes.js';
import { attemptOf, currentStage, type ExistingJob } from '../job/job.js';
import { canMove, holdsSlot, type Phase } from './phases.js';

/** The part of a job that scheduling needs, until its slot is released. Times are milliseconds since the epoch. */
export interface LiveJob {
  readonly id: string;
  readonly tenant: string;
  readonly connectionId: string;
  /** See laneOf. */
  readonly lane: string;
  readonly stages: readonly StageDefinition[];
  readonly claimTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly origin?: Origin;
  readonly phase: Phase;
  readonly attempt: number;
  readonly stage: StageDefinition;
  /** When the phase `due` ends. */
  readonly due: number;
  readonly cancelDeadline: number | null;
  /** Enters its connection's queue at the front: its slot was reserved, or it is being retried. */
  readonly atFront: boolean;
  /** Started by its connection's schedule, so that it does not start in a window that the schedule excepts. */
  readonly isPlanned: boolean;
  /** `due` is the end of such a window. */
  readonly isHeld: boolean;
}

/** A job before and after an event: `before` is missing when it is new, `after` when it is forgotten. */
export interface JobChange {
  readonly before?: LiveJob;
  readonly after?: LiveJob;
}

/** The live jobs and their phases. The other folds derive their state from the changes that this fold returns. */
export class LiveJobs {
  readonly #jobs = new Map<string, LiveJob>();

  get size(): number {
    return this.#jobs.size;
  }

  get(jobId: string): LiveJob | undefined {
    return this.#jobs.get(jobId);
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId);
  }

  values(): IterableIterator<LiveJob> {
    return this.#jobs.values();
  }

  /** Undefined when the event changes nothing here. */
  apply(jobId: string, tenant: string, event: JobEvent, origin?: Origin): JobChange | undefined {
    const job = this.#jobs.get(jobId);
    if (event.type === 'JobCreated') {
      const created = newJob(jobId, tenant, event.data, origin);
      return job ? this.#move(job, created.phase, created) : this.#put(created);
    }
    if (!job) return undefined;
    switch (event.type) {
      case 'StageClaimed':
        return this.#move(job, 'claimed');
      case 'StageCompleted': {
        const { stage, handOver } = event.data;
        const next = job.stages[job.stages.findIndex(({ name }) => name === stage) + 1] ?? job.stage;
        return handOver ? this.#move(job, 'offered', { stage: next }) : this.#put({ ...job, stage: next });
      }
      case 'ClaimExpired':
        return this.#move(job, 'offered');
      case 'RetryScheduled': {
        const { retryCount, retryAt: due } = event.data;
        return this.#move(job, 'due', { attempt: retryCount + 1, due, atFront: true, isHeld: false });
      }
      case 'RetryExpedited':
        return job.phase === 'due' ? this.#put({ ...job, due: 0, isPlanned: false, isHeld: false }) : undefined;
      case 'CancelRequested':
        return this.#put({ ...job, cancelDeadline: event.data.deadline });
      case 'JobCompleted':
        if (!holdsSlot(job.phase)) return this.forget(jobId);
        // One that runs beside the others commits no cursor that the next job would wait for.
        return this.#move(job, job.lane === job.connectionId ? 'completing' : 'released');
      case 'JobFailed':
      case 'JobCancelled':
        return holdsSlot(job.phase) ? this.#move(job, 'released') : this.forget(jobId);
      case 'CheckpointSaved':
      case 'ClaimStalled':
      case 'ClaimRecovered':
      case 'ChangesDetected':
        return undefined;
      default:
        return event satisfies never;
    }
  }

  /** Adds a job as of some position; later events may follow, and so may earlier ones. */
  restore(job: ExistingJob & { readonly origin?: Origin }): JobChange | undefined {
    const stage = currentStage(job);
    if (!stage) return undefined;
    return this.#put({
      ...newJob(job.id, job.tenant, job, job.origin),
      phase: phaseOf(job, 'due'),
      attempt: attemptOf(job),
      stage,
      due: job.retryAt ?? job.startAt ?? 0,
      cancelDeadline: job.cancel?.deadline ?? null,
      atFront: job.retryCount > 0 || job.whenBusy === 'reject',
      // A retry that waits for no time was expedited.
      isPlanned:
        job.trigger === 'schedule' && !(job.status === 'pending' && job.retryCount > 0 && job.retryAt === null),
    });
  }

  /** Whether an offered or claimed job is where its stream says. */
  agrees(job: ExistingJob): boolean {
    const live = this.#jobs.get(job.id);
    if (!live || live.stage.name !== currentStage(job)?.name || live.attempt !== attemptOf(job)) return false;
    return live.phase === phaseOf(job, live.phase);
  }

  /** A waiting job does not start before that time, the end of a window. */
  hold(jobId: string, until: number): JobChange | undefined {
    const job = this.#jobs.get(jobId);
    const waits = job?.phase === 'ready' || job?.phase === 'due';
    return waits ? this.#move(job, 'due', { due: until, isHeld: true }) : undefined;
  }

  /** The job's due time has passed. A job that is due at another time, or no longer due, stays as it is. */
  makeReady(jobId: string, due: number): JobChange | undefined {
    const job = this.#jobs.get(jobId);
    return job?.phase === 'due' && job.due === due ? this.#move(job, 'ready', { isHeld: false }) : undefined;
  }

  /** This attempt of the job was given a slot. */
  admit(jobId: string, attempt: number): JobChange | undefined {
    const job = this.#jobs.get(jobId);
    const waits = job?.attempt === attempt && (job.phase === 'ready' || job.phase === 'due');
    return waits ? this.#move(job, 'offered') : undefined;
  }

  /** The connection has recorded the end of the job. */
  release(jobId: string): JobChange | undefined {
    const job = this.#jobs.get(jobId);
    return job?.phase === 'completing' ? this.#move(job, 'released') : undefined;
  }

  forget(jobId: string): JobChange | undefined {
    const before = this.#jobs.get(jobId);
    return this.#jobs.delete(jobId) ? { before } : undefined;
  }

  /** The only place where the phase of a job changes. A fold never throws, so an illegal move is ignored. */
  #move(job: LiveJob, phase: Phase, changes?: Partial<LiveJob>): JobChange | undefined {
    return canMove(job.phase, phase) ? this.#put({ ...job, ...changes, phase }) : undefined;
  }

  #put(after: LiveJob): JobChange {
    const before = this.#jobs.get(after.id);
    this.#jobs.set(after.id, after);
    return { before, after };
  }
}

/** `waiting`: where it is before it runs, which its stream does not say. */
const phaseOf = ({ claim, status }: ExistingJob, waiting: Phase): Phase =>
  claim ? 'claimed' : status === 'running' ? 'offered' : waiting;

type Order = Pick<LiveJob, 'connectionId' | 'stages' | 'claimTimeoutMs' | 'stallTimeoutMs'> & {
  readonly startAt?: number | null;
  readonly whenBusy: string;
  readonly trigger: string;
  readonly type: string;
};

const newJob = (id: string, tenant: string, order: Order, origin: Origin | undefined): LiveJob => ({
  id,
  tenant,
  connectionId: order.connectionId,
  lane: laneOf(order),
  stages: order.stages,
  claimTimeoutMs: order.claimTimeoutMs,
  stallTimeoutMs: order.stallTimeoutMs,
  ...(origin && { origin }),
  phase: 'due',
  attempt: 1,
  stage: order.stages[0]!,
  due: order.startAt ?? 0,
  cancelDeadline: null,
  atFront: order.whenBusy === 'reject',
  isPlanned: order.trigger === 'schedule',
  isHeld: false,
});
