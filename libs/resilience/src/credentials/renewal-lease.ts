import { randomUUID } from 'node:crypto';
import { sleep, type Clock } from '@tidemark/foundation';
import { isSameRenewal, type HeldTokens, type Renewal, type TokenKeeper } from './held-tokens.js';

const BEAT_MS = 1000;
const LOOK_MS = 200;
/** Looks without a beat in between after which its holder counts as dead: 5 s, by the time that passes here. */
const LOOKS = 25;

/** Waits for the process that renews, as long as it lives. Clocks are not compared. */
export class RenewalWatch {
  #seen: Renewal | undefined;
  #looks = 0;

  constructor(private readonly clock: Clock) {}

  /** True: nobody alive is renewing. False, after a pause: look again. */
  async isFree({ renewal }: HeldTokens): Promise<boolean> {
    if (!renewal) return true;
    this.#looks = isSameRenewal(renewal, this.#seen) ? this.#looks + 1 : 0;
    this.#seen = renewal;
    if (this.#looks >= LOOKS) return true;
    await sleep(LOOK_MS, { clock: this.clock });
    return false;
  }
}

/** The right to renew, kept up by beats until it is ended. */
export class RenewalLease {
  #renewal: Renewal = { holder: randomUUID(), beat: 0 };
  #timer: unknown;
  #beating: Promise<void> = Promise.resolve();
  #isOver = false;

  private constructor(
    private readonly keeper: TokenKeeper,
    private readonly revision: string,
    private readonly clock: Clock,
  ) {}

  /** Undefined when another process was faster. */
  static async take(keeper: TokenKeeper, seen: HeldTokens, clock: Clock): Promise<RenewalLease | undefined> {
    const lease = new RenewalLease(keeper, seen.revision, clock);
    if (!(await keeper.mark(seen, lease.#renewal))) return undefined;
    lease.#schedule();
    return lease;
  }

  /** No more beats; the renewal itself ends with the tokens' change, or by `release`. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.clock.clearTimeout(this.#timer);
    await this.#beating;
  }

  /** Lets others try at once. What prevents it delays them by the time after which a holder counts as dead. */
  async release(): Promise<void> {
    await this.end();
    await this.keeper.mark({ revision: this.revision, renewal: this.#renewal }, undefined).catch(() => false);
  }

  #schedule(): void {
    if (this.#isOver) return;
    this.#timer = this.clock.setTimeout(() => {
      this.#beating = this.#beat().finally(() => this.#schedule());
    }, BEAT_MS);
  }

  async #beat(): Promise<void> {
    const next = { ...this.#renewal, beat: this.#renewal.beat + 1 };
    const seen = { revision: this.revision, renewal: this.#renewal };
    const isMine = await this.keeper.mark(seen, next).catch(() => undefined);
    if (isMine) this.#renewal = next;
    // Taken over: another process believes that this one is dead.
    if (isMine === false) this.#isOver = true;
  }
}
