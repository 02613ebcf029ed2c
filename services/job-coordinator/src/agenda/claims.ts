import type { Beat, Counts, JobEvent } from '@tidemark/contracts';
import type { ExistingJob } from '../job/job.js';

/** A runner's claim while its job is in the phase `claimed`. Times are milliseconds since the epoch. */
export interface LiveClaim {
  readonly number: number;
  /** When the claim was made, progressed, or (after a restart of the coordinator) was restored. */
  readonly advancedAt: number;
  readonly lastHeartbeatAt: number;
  readonly stalled: boolean;
  /** 0 to 100, of the stage. */
  readonly percent?: number;
  readonly counts?: Partial<Counts>;
}

/** The claims of runners, their heartbeats and their progress, by job. */
export class Claims {
  readonly #claims = new Map<string, LiveClaim>();

  get(jobId: string): LiveClaim | undefined {
    return this.#claims.get(jobId);
  }

  entries(): Iterable<[jobId: string, claim: LiveClaim]> {
    return this.#claims.entries();
  }

  /** Applies an event after which the job is claimed. `now` is this coordinator's time. */
  apply(jobId: string, event: JobEvent, now: number): void {
    switch (event.type) {
      case 'StageClaimed': {
        const { claim: number, at } = event.data;
        const claim = { number, advancedAt: at, lastHeartbeatAt: Math.max(at, now), stalled: false };
        this.#claims.set(jobId, claim);
        return;
      }
      case 'StageCompleted':
        return this.#update(jobId, { advancedAt: event.data.at, stalled: false, percent: 0 });
      case 'CheckpointSaved':
      case 'ClaimRecovered':
        return this.#update(jobId, { advancedAt: event.data.at, stalled: false });
      case 'ClaimStalled':
        return this.#update(jobId, { stalled: true });
      default:
        return;
    }
  }

  /** Adds the claim of a restored job; its timeouts restart. */
  restore({ id, claim }: Pick<ExistingJob, 'id' | 'claim'>, now: number): void {
    if (!claim) return;
    const { number, stalledSince } = claim;
    this.#claims.set(id, { number, advancedAt: now, lastHeartbeatAt: now, stalled: stalledSince !== null });
  }

  /** Ignores a heartbeat of any claim but the job's current one. */
  heartbeat({ jobId, claim: number, percent, counts }: Beat, now: number): void {
    const claim = this.#claims.get(jobId);
    if (claim?.number !== number) return;
    this.#claims.set(jobId, {
      ...claim,
      lastHeartbeatAt: now,
      advancedAt: hasAdvanced(claim, percent, counts) ? now : claim.advancedAt,
      percent: percent ?? claim.percent,
      counts: counts ?? claim.counts,
    });
  }

  /** The job is no longer claimed. */
  end(jobId: string): void {
    this.#claims.delete(jobId);
  }

  #update(jobId: string, changes: Partial<LiveClaim>): void {
    const claim = this.#claims.get(jobId);
    if (claim) this.#claims.set(jobId, { ...claim, ...changes });
  }
}

const hasAdvanced = (claim: LiveClaim, percent?: number, counts?: object) =>
  (percent ?? 0) > (claim.percent ?? 0) ||
  (counts !== undefined && JSON.stringify(counts) !== JSON.stringify(claim.counts));
