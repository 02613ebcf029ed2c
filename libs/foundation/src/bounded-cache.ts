/**
 * A map that keeps at least the `limit / 2` and at most the `limit` keys used last.
 *
 * Two generations: when the young one is half the limit it becomes the old one, and what was only in the old one is
 * forgotten. Costs one map operation, where a list of last uses costs three.
 */
export class BoundedCache<V extends object> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(private readonly limit: number) {
    if (!(limit >= 2)) throw new RangeError(`limit: expected at least 2, got ${limit}`);
  }

  get(key: string): V | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const older = this.#old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: V): void {
    this.#young.set(key, value);
    if (this.#young.size * 2 < this.limit) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Keys held; one that is in both generations counts twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
