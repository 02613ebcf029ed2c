import type { Beat } from '@tidemark/contracts';
import { DaemonGroup, daemonOf, Loop, type Clock, type Daemon } from '@tidemark/foundation';
import type { Broker } from '@tidemark/messaging';
import type { Agenda, LiveClaim, LiveJob } from '../agenda/agenda.js';

const SWEEP_MS = 1000;

/** What becomes of claims; repeating one changes nothing. */
export interface ClaimActions {
  expire(job: LiveJob, claim: number): Promise<void>;
  stall(job: LiveJob, claim: number, since: number): Promise<void>;
  recover(job: LiveJob, claim: number): Promise<void>;
}

/** Hears the beats of all runners, and once a second looks for claims that fell silent, stopped advancing, or advance again. */
export class Liveness implements Daemon {
  readonly #parts: Daemon;

  constructor(
    broker: Broker,
    private readonly agenda: Agenda,
    private readonly time: Clock,
    private readonly actions: ClaimActions,
    private readonly onError: (error: Error) => void,
  ) {
    this.#parts = new DaemonGroup([
      daemonOf(() => broker.listen<Beat>('tidemark.beat.*', ({ data }) => this.hear(data))),
      new Loop({ everyMs: SWEEP_MS, clock: time, tick: () => this.sweep(), onError }),
    ]);
  }

  async start(): Promise<void> {
    await this.#parts.start();
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }

  private hear({ jobId, claim: number, percent, counts }: Beat): void {
    const claim = this.agenda.jobs.get(jobId)?.claim;
    if (claim?.number !== number) return;
    const now = this.time.now();
    claim.lastBeatAt = now;
    if (advanced(claim, percent, counts)) claim.advancedAt = now;
    claim.percent = percent ?? claim.percent;
    claim.counts = counts ?? claim.counts;
  }

  private sweep(): void {
    const now = this.time.now();
    for (const job of this.agenda.claimedJobs()) {
      const { number, lastBeatAt, advancedAt, stalled } = job.claim!;
      const still = now - advancedAt > job.stallTimeoutMs;
      if (now - lastBeatAt > job.claimTimeoutMs) this.attempt(this.actions.expire(job, number));
      else if (still && !stalled) this.attempt(this.actions.stall(job, number, advancedAt));
      else if (!still && stalled) this.attempt(this.actions.recover(job, number));
    }
  }

  private attempt(action: Promise<void>): void {
    action.catch(this.onError);
  }
}

const advanced = (claim: LiveClaim, percent?: number, counts?: object) =>
  (percent ?? 0) > (claim.percent ?? 0) ||
  (counts !== undefined && JSON.stringify(counts) !== JSON.stringify(claim.counts));
