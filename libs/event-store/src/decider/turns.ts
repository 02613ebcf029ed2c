/** Admits one caller at a time per key, in order of arrival. */
export class Turns {
  readonly #queues = new Map<string, (() => void)[]>();

  /** @returns undefined when it is the caller's turn at once, else a promise of it. Each turn ends with `leave`. */
  take(key: string): Promise<void> | undefined {
    const queue = this.#queues.get(key);
    if (!queue) {
      this.#queues.set(key, []);
      return undefined;
    }
    return new Promise((resolve) => queue.push(resolve));
  }

  leave(key: string): void {
    const next = this.#queues.get(key)?.shift();
    if (next) next();
    else this.#queues.delete(key);
  }
}
