/** Remembers the results used last, at most `limit`. Concurrent callers of a key share a load; a failure is forgotten. */
export class LoadingCache<V> {
  /** In the order of the last use. */
  readonly #results = new Map<string, Promise<V>>();

  constructor(private readonly limit: number) {}

  get(key: string, load: () => Promise<V>): Promise<V> {
    const result = this.#results.get(key) ?? this.#load(key, load);
    this.#results.delete(key);
    this.#results.set(key, result);
    if (this.#results.size > this.limit) this.#results.delete(this.#results.keys().next().value!);
    return result;
  }

  clear(): void {
    this.#results.clear();
  }

  #load(key: string, load: () => Promise<V>): Promise<V> {
    const result = load();
    result.catch(() => {
      if (this.#results.get(key) === result) this.#results.delete(key);
    });
    return result;
  }
}
