import { FairQueue, type Ahead } from './fair-queue.js';
import type { JobChange, LiveJob } from './live-jobs.js';
import { hasEnded, holdsSlot } from './phases.js';

/** Which jobs hold their tenant's concurrency slots, and which wait for one, in what order. */
export class Slots {
  readonly #queues = new Map<string, FairQueue>();
  /** By tenant. */
  readonly #running = new Map<string, Set<string>>();
  /** By lane. */
  readonly #runningOf = new Map<string, string>();
  /**
   * The job of each lane that is on its second or later attempt. The lane's other jobs wait until it has
   * ended: data that it read before them must not be committed after theirs.
   */
  readonly #retrying = new Map<string, string>();
  /** By lane. */
  readonly #waiting = new Map<string, number>();
  readonly #changed = new Set<string>();

  apply({ before, after }: JobChange): void {
    const job = after ?? before;
    if (!job) return;
    this.#countWaiting(job.lane, Number(waitsForSlot(after)) - Number(waitsForSlot(before)));
    const to = standingOf(after);
    const moved = this.#moveJob(job, standingOf(before), to);
    const retryEnded = this.#noteRetry(job, after);
    if ((moved || retryEnded) && to !== 'running' && this.hasWaiting(job.tenant)) this.#changed.add(job.tenant);
  }

  hasWaiting(tenant: string): boolean {
    return !(this.#queues.get(tenant)?.isEmpty ?? true);
  }

  /** Tenants whose jobs wait for a slot. */
  waitingTenants(): string[] {
    return [...this.#queues.keys()].filter((tenant) => this.hasWaiting(tenant));
  }

  /** Tenants in which a job may have become admissible since the last call. */
  takeChanged(): string[] {
    const tenants = [...this.#changed];
    this.#changed.clear();
    return tenants;
  }

  /** The lanes of the tenant whose jobs wait for a slot, in the order of their turns. */
  waitingLanes(tenant: string): Iterable<string> {
    return this.#queues.get(tenant)?.lanes() ?? [];
  }

  /** The lane's job that may be admitted next; undefined when none waits, or when they wait behind a retry. */
  nextOf(tenant: string, lane: string): string | undefined {
    const next = this.#queues.get(tenant)?.headOf(lane);
    return (this.#retrying.get(lane) ?? next) === next ? next : undefined;
  }

  /** The first jobs before this one in its lane's queue; all of the queue when the job is not in it. */
  ahead({ tenant, lane, id }: Pick<LiveJob, 'id' | 'tenant' | 'lane'>, most: number): Ahead {
    return this.#queues.get(tenant)?.ahead(lane, id, most) ?? { first: [], count: 0 };
  }

  /** The number of the lane's jobs that wait, for a slot or for their time. */
  countWaiting(lane: string): number {
    return this.#waiting.get(lane) ?? 0;
  }

  /** The jobs of the tenant that hold a slot. */
  running(tenant: string): string[] {
    return [...(this.#running.get(tenant) ?? [])];
  }

  countRunning(tenant: string): number {
    return this.#running.get(tenant)?.size ?? 0;
  }

  /** The lane's job that holds a slot. */
  runningOf(lane: string): string | undefined {
    return this.#runningOf.get(lane);
  }

  /** The lane's job that is on its second or later attempt. */
  retryingOf(lane: string): string | undefined {
    return this.#retrying.get(lane);
  }

  #countWaiting(lane: string, more: number): void {
    if (more === 0) return;
    const count = this.countWaiting(lane) + more;
    if (count > 0) this.#waiting.set(lane, count);
    else this.#waiting.delete(lane);
  }

  #moveJob(job: LiveJob, from: Standing, to: Standing): boolean {
    const { id, tenant, lane } = job;
    if (from === to) return false;
    if (from === 'queued') {
      if (to === 'running') this.#queueOf(tenant).served(lane, id);
      else this.#queueOf(tenant).remove(lane, id);
    } else if (from === 'running') {
      this.#running.get(tenant)?.delete(id);
      if (this.#runningOf.get(lane) === id) this.#runningOf.delete(lane);
    }
    if (to === 'queued') this.#queueOf(tenant).add(lane, id, job.atFront);
    else if (to === 'running') {
      entry(this.#running, tenant, () => new Set()).add(id);
      this.#runningOf.set(lane, id);
    }
    return true;
  }

  /** True when the job was being retried and no longer is. */
  #noteRetry({ id, lane }: LiveJob, after: LiveJob | undefined): boolean {
    if (after && after.attempt > 1 && !hasEnded(after.phase)) {
      this.#retrying.set(lane, id);
      return false;
    }
    return this.#retrying.get(lane) === id && this.#retrying.delete(lane);
  }

  #queueOf(tenant: string): FairQueue {
    return entry(this.#queues, tenant, () => new FairQueue());
  }
}

const waitsForSlot = (job: LiveJob | undefined) => job?.phase === 'due' || job?.phase === 'ready';

type Standing = 'queued' | 'running' | 'neither';

const standingOf = (job: LiveJob | undefined): Standing => {
  if (job?.phase === 'ready') return 'queued';
  return job && holdsSlot(job.phase) ? 'running' : 'neither';
};

function entry<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}
