import type { Beat, Counts, JobEvent } from '@tidemark/contracts';
import type { ExistingJob } from '../job/job.js';

/** A runner's claim while its job is in the phase `claimed`. */
export interface LiveClaim {
  readonly number: number;
  readonly stage: string;
  /** Milliseconds without a heartbeat, as far as this coordinator could have heard one. */
  readonly silentMs: number;
  /** Milliseconds without progress, of the same kind. */
  readonly stillMs: number;
  /** When the claim was made or its progress was last recorded, by the clock of the process that recorded it. */
  readonly advancedAt: number;
  readonly stalled: boolean;
  /** The leg has cost a runner its life, and has not advanced since. */
  readonly onTrial: boolean;
  /** 0 to 100, of the stage. */
  readonly percent?: number;
  readonly counts?: Partial<Counts>;
}

/**
 * The claims of runners, their heartbeats and their progress, by job. Silence is not the difference of two clocks: it
 * grows by the time in which this coordinator has listened.
 */
export class Claims {
  readonly #claims = new Map<string, LiveClaim>();
  /** The highest percent of the current stage that any claim of the job has reported. */
  readonly #percents = new Map<string, number>();

  get size(): number {
    return this.#claims.size;
  }

  get(jobId: string): LiveClaim | undefined {
    return this.#claims.get(jobId);
  }

  entries(): Iterable<[jobId: string, claim: LiveClaim]> {
    return this.#claims.entries();
  }

  /** Of the job's current stage, 0 to 100; it does not fall when another claim starts the stage over. */
  percentOf(jobId: string): number {
    return this.#percents.get(jobId) ?? 0;
  }

  /** Puts the leg of a lost claim on trial. False while another one is. */
  beginTrial(lost: string): boolean {
    for (const [jobId, { onTrial }] of this.#claims) if (onTrial && jobId !== lost) return false;
    this.#update(lost, { onTrial: true });
    return true;
  }

  /** Applies an event after which the job is claimed, at this stage. */
  apply(jobId: string, event: JobEvent, stage: string): void {
    switch (event.type) {
      case 'StageClaimed': {
        const { claim: number, at: advancedAt, afterSilence: onTrial = false } = event.data;
        this.#claims.set(jobId, { number, stage, silentMs: 0, stillMs: 0, advancedAt, stalled: false, onTrial });
        return;
      }
      case 'StageCompleted':
        return this.#advance(jobId, event.data.at, { stage, percent: 0 });
      case 'CheckpointSaved':
      case 'ClaimRecovered':
        return this.#advance(jobId, event.data.at);
      case 'ClaimStalled':
        return this.#update(jobId, { stalled: true });
      default:
        return;
    }
  }

  /** Adds the claim of a restored job; its timeouts restart. */
  restore({ id, claim, lostLives = 0 }: Pick<ExistingJob, 'id' | 'claim' | 'lostLives'>): void {
    if (!claim) return;
    const { number, stage, stalledSince, advancedAt } = claim;
    const since = { silentMs: 0, stillMs: 0, advancedAt, stalled: stalledSince !== null };
    this.#claims.set(id, { number, stage, ...since, onTrial: lostLives > 0 });
  }

  /** Ignores a heartbeat of any claim but the job's current one. */
  heartbeat({ jobId, claim: number, stage, percent, counts }: Beat): void {
    const claim = this.#claims.get(jobId);
    if (claim?.number !== number) return;
    // The stage before or after the one that the log has reached: a sign of life, but not this stage's progress.
    if (stage !== claim.stage) return this.#update(jobId, { silentMs: 0 });
    if (percent !== undefined) this.#percents.set(jobId, Math.max(percent, this.percentOf(jobId)));
    this.#update(jobId, {
      silentMs: 0,
      stillMs: hasAdvanced(claim, percent, counts) ? 0 : claim.stillMs,
      percent: percent ?? claim.percent,
      counts: counts ?? claim.counts,
    });
  }

  /** This coordinator has listened for that long. */
  age(milliseconds: number): void {
    for (const [jobId, { silentMs, stillMs }] of this.#claims)
      this.#update(jobId, { silentMs: silentMs + milliseconds, stillMs: stillMs + milliseconds });
  }

  /** Grants the claim a full timeout: its heartbeats may have been missed. */
  excuse(jobId: string): void {
    this.#update(jobId, { silentMs: 0 });
  }

  /** The job is no longer claimed. */
  end(jobId: string): void {
    this.#claims.delete(jobId);
  }

  /** The job's current stage is over, or the job is. */
  endStage(jobId: string): void {
    this.#percents.delete(jobId);
  }

  #advance(jobId: string, advancedAt: number, changes: Partial<LiveClaim> = {}): void {
    this.#update(jobId, { ...changes, advancedAt, stillMs: 0, stalled: false, onTrial: false });
  }

  #update(jobId: string, changes: Partial<LiveClaim>): void {
    const claim = this.#claims.get(jobId);
    if (claim) this.#claims.set(jobId, { ...claim, ...changes });
  }
}

const hasAdvanced = (claim: LiveClaim, percent?: number, counts?: object) =>
  (percent ?? 0) > (claim.percent ?? 0) ||
  (counts !== undefined && JSON.stringify(counts) !== JSON.stringify(claim.counts));
