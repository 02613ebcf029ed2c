import { beatSubject, type Beat, type ClaimGranted, type Work } from '@tidemark/contracts';
import { systemClock, type Clock } from '@tidemark/foundation';
import type { Broker, Delivery } from '@tidemark/messaging';

const SHORTEST_MS = 250;
const LONGEST_MS = 5000;

/** The heartbeats of one claim: at the start of each stage, every few seconds, and when a stage reports progress. */
export class Heartbeats {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #stage = '';
  #progress: Pick<Beat, 'percent' | 'counts'> = {};
  #lastAt = 0;
  #timer: unknown;

  constructor(
    private readonly tools: { readonly broker: Broker; readonly clock?: Clock },
    private readonly delivery: Delivery<Work>,
    private readonly granted: Pick<ClaimGranted, 'claim' | 'claimTimeoutMs'>,
  ) {
    this.#clock = tools.clock ?? systemClock;
    this.#intervalMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, granted.claimTimeoutMs / 4));
  }

  start(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#send();
      this.delivery.extend().catch(() => undefined); // The next heartbeat tries again.
      this.start();
    }, this.#intervalMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer as never);
  }

  /** A stage begins. */
  begin(stage: string): void {
    this.#stage = stage;
    this.#progress = {};
    this.#send();
  }

  /** The stage advanced. Sent at once, unless a heartbeat was sent just before. */
  advance(progress: Pick<Beat, 'percent' | 'counts'>): void {
    this.#progress = { ...this.#progress, ...progress };
    if (this.#clock.now() - this.#lastAt >= SHORTEST_MS) this.#send();
  }

  #send(): void {
    this.#lastAt = this.#clock.now();
    const { jobId } = this.delivery.data;
    const beat: Beat = { jobId, claim: this.granted.claim, stage: this.#stage, ...this.#progress };
    this.tools.broker.broadcast(beatSubject(jobId), beat);
  }
}
