import { BoundedCache } from '@tidemark/foundation';
import { Queue } from './queue.js';

const REMEMBERED = 10_000;
/** Work that ended longer ago says nothing about what a share begins now. */
const RECENT_MS = 60_000;

interface Ended {
  readonly count: number;
  /** When the last piece ended, in milliseconds of a monotonic clock. */
  readonly at: number;
}

/** How many slots the work of each share holds, and how much of its work has ended lately. */
export class Shares {
  readonly #held = new Map<string, number>();
  readonly #ended = new BoundedCache<Ended>(REMEMBERED);

  constructor(private readonly now: () => number = () => performance.now()) {}

  begin(share: string): void {
    this.#held.set(share, (this.#held.get(share) ?? 0) + 1);
  }

  end(share: string): void {
    this.#ended.set(share, { count: this.#endedLately(share) + 1, at: this.now() });
    const held = (this.#held.get(share) ?? 0) - 1;
    if (held > 0) this.#held.set(share, held);
    else this.#held.delete(share);
  }

  /**
   * Whether a share may take one of the free slots. Its first one: always. Further ones up to an even part of all slots,
   * and only if half of them stay free for those who hold none yet, because what hangs cannot be taken back. A share
   * whose work ends need leave one less for each piece that ended, down to the one that lets newcomers be found.
   */
  mayTake(share: string, free: number, slots: number): boolean {
    const held = this.#held.get(share);
    if (held === undefined) return free > 0;
    const left = Math.max(1, slots / 2 - this.#endedLately(share));
    return free > left && held < Math.ceil(slots / this.#held.size);
  }

  #endedLately(share: string): number {
    const ended = this.#ended.get(share);
    return ended && this.now() - ended.at < RECENT_MS ? ended.count : 0;
  }
}

/** What waits, in one line for each share; the lines take turns. */
export class Lines<T> {
  readonly #lines = new Map<string, Queue<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(share: string, item: T): void {
    let line = this.#lines.get(share);
    if (!line) this.#lines.set(share, (line = new Queue()));
    line.push(item);
    this.#size++;
  }

  /** The first of the next line that may proceed. */
  shift(mayProceed: (share: string) => boolean = () => true): T | undefined {
    for (const [share, line] of this.#lines) {
      if (!mayProceed(share)) continue;
      const item = line.shift();
      this.#size--;
      if (line.size === 0) this.#lines.delete(share);
      else if (this.#lines.size > 1) {
        this.#lines.delete(share);
        this.#lines.set(share, line);
      }
      return item;
    }
    return undefined;
  }
}
