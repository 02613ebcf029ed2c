import { Queue } from './queue.js';

/** How many slots the work of each share holds. */
export class Shares {
  readonly #held = new Map<string, number>();

  begin(share: string): void {
    this.#held.set(share, (this.#held.get(share) ?? 0) + 1);
  }

  end(share: string): void {
    const held = (this.#held.get(share) ?? 0) - 1;
    if (held > 0) this.#held.set(share, held);
    else this.#held.delete(share);
  }

  /**
   * Whether a share may take one of the free slots. Its first one: always. Further ones: only in one half of the slots.
   * The other half is for those who hold none yet, because what hangs cannot be taken back.
   */
  mayTake(share: string, free: number, slots: number): boolean {
    return free > 0 && (!this.#held.has(share) || free > slots / 2);
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
