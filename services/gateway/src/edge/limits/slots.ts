import { TidemarkError } from '@tidemark/contracts';

export interface SlotLimits {
  readonly all: number;
  readonly each: number;
  /** Such as `open streams`. */
  readonly what: string;
}

const AGAIN_IN_SECONDS = 5;

/** Counts what is in progress, in all and for each holder. */
export class Slots {
  readonly #held = new Map<string, number>();
  readonly #limits: SlotLimits;
  #all = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** Returns how to give it back, once. @throws TidemarkError RATE_LIMITED · SERVICE_UNAVAILABLE */
  take(holder: string): () => void {
    const { all, each, what } = this.#limits;
    const held = this.#held.get(holder) ?? 0;
    if (held >= each) throw refusal('RATE_LIMITED', `too many ${what}: at most ${each} for each key or address`);
    if (this.#all >= all) throw refusal('SERVICE_UNAVAILABLE', `too many ${what} in all: at most ${all}`);
    this.#held.set(holder, held + 1);
    this.#all += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#all -= 1;
      const left = this.#held.get(holder)! - 1;
      if (left === 0) this.#held.delete(holder);
      else this.#held.set(holder, left);
    };
  }
}

const refusal = (code: 'RATE_LIMITED' | 'SERVICE_UNAVAILABLE', message: string) =>
  new TidemarkError(code, message, { retryAfter: AGAIN_IN_SECONDS });
