import { Lines, Shares } from '../shares.js';
import type { ConsumePolicy } from '../policy.js';
import type { NatsDelivery } from './delivery.js';

/** Messages that wait in this process for a slot or their turn. */
const MAX_WAITING = 256;
const LOOK_EVERY_MS = 250;
const WAIT_MS = 1_000;
/** A share that has piled up messages gets them back at up to 500 a second, rather than all at once. */
const FIRST_DELAY_MS = 500;
const DELAY_PER_MESSAGE_MS = 2;
const LONGEST_DELAY_MS = 30_000;

interface Waiting {
  readonly delivery: NatsDelivery;
  readonly share: string;
  readonly until: number;
}

/**
 * Decides which messages this process takes up. A share that has its part of the slots leaves the rest to others: its
 * messages wait here for a moment, then go back to the server for a while, so that those behind them can arrive.
 */
export class Intake {
  readonly #lines = new Lines<Waiting>();
  readonly #shares = new Shares();
  /** Messages that went back since the last sweep of this map, by share. */
  #returned = new Map<string, number>();
  #sweepAt = 0;
  #running = 0;
  readonly #waitMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly policy: ConsumePolicy,
    private readonly run: (delivery: NatsDelivery) => Promise<void>,
    /** Slots or room to wait became free. */
    private readonly onFree: () => void,
  ) {
    this.#waitMs = Math.min(WAIT_MS, policy.ackWaitMs / 4);
  }

  /** How many messages it can use. */
  get room(): number {
    const free = this.#free;
    const waiting = this.#lines.size;
    if (free <= 0 || waiting === 0) return Math.max(0, free - waiting);
    return free + Math.min(waiting, MAX_WAITING - waiting);
  }

  get #free(): number {
    return this.policy.concurrency - this.#running;
  }

  take(delivery: NatsDelivery): void {
    const { share } = delivery;
    this.#lines.push(share, { delivery, share, until: performance.now() + this.#waitMs });
    this.#advance();
    if (this.policy.shareOf && this.#lines.size > 0) this.#watch();
  }

  /** Hands back everything that waits. */
  close(): void {
    clearInterval(this.#timer);
    for (let one = this.#lines.shift(); one; one = this.#lines.shift()) one.delivery.handBack();
  }

  #advance(): void {
    while (this.#free > 0) {
      const free = this.#free;
      const { concurrency, shareOf } = this.policy;
      const mayProceed = shareOf ? (share: string) => this.#shares.mayTake(share, free, concurrency) : undefined;
      const next = this.#lines.shift(mayProceed);
      if (!next) return;
      void this.#runOne(next);
    }
  }

  async #runOne({ delivery, share }: Waiting): Promise<void> {
    this.#running++;
    this.#shares.begin(share);
    await this.run(delivery);
    this.#shares.end(share);
    this.#running--;
    this.#advance();
    this.onFree();
  }

  #watch(): void {
    if (this.#lines.size >= MAX_WAITING) this.#handBack(() => true);
    this.#timer ??= setInterval(() => {
      const now = performance.now();
      this.#handBack(({ until }) => until <= now);
      if (this.#lines.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    }, LOOK_EVERY_MS).unref();
  }

  #handBack(isDue: (waiting: Waiting) => boolean): void {
    const kept: Waiting[] = [];
    for (let one = this.#lines.shift(); one; one = this.#lines.shift()) {
      if (!isDue(one)) kept.push(one);
      else one.delivery.handBack(this.#free > 0 ? this.#delayOf(one.share) : 0);
    }
    for (const one of kept) this.#lines.push(one.share, one);
    this.onFree();
  }

  #delayOf(share: string): number {
    const now = performance.now();
    if (now >= this.#sweepAt) {
      this.#returned = new Map();
      this.#sweepAt = now + LONGEST_DELAY_MS;
    }
    const returned = this.#returned.get(share) ?? 0;
    this.#returned.set(share, returned + 1);
    return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS + returned * DELAY_PER_MESSAGE_MS);
  }
}
