import type { Repair } from './port.js';

export interface RebuildResult {
  /** Events read. */
  readonly events: number;
  /** Documents in the view now; absent when the store could not be read right after the swap. */
  readonly documents?: number;
  readonly ms: number;
}

interface Results {
  readonly rebuild: RebuildResult;
  readonly check: Repair;
}

/** What callers want from a projection's loop; calls for the same thing share its result. */
export class Requests {
  readonly #open: { -readonly [K in keyof Results]?: PromiseWithResolvers<Results[K]> } = {};
  #arrival = Promise.withResolvers<void>();

  rebuild(): Promise<RebuildResult> {
    return this.#add((this.#open.rebuild ??= promised()));
  }

  check(): Promise<Repair> {
    return this.#add((this.#open.check ??= promised()));
  }

  wants(kind: keyof Results): boolean {
    return this.#open[kind] !== undefined;
  }

  /** Resolves with the next request, or the end. */
  next(): Promise<void> {
    return this.#arrival.promise;
  }

  answer<K extends keyof Results>(kind: K, result: Results[K]): void {
    this.#open[kind]?.resolve(result);
    delete this.#open[kind];
    this.#arrival = Promise.withResolvers();
    if (this.#open.rebuild || this.#open.check) this.#arrival.resolve();
  }

  end(error: Error): void {
    this.#arrival.resolve();
    this.#open.rebuild?.reject(error);
    this.#open.check?.reject(error);
  }

  #add<T>({ promise }: PromiseWithResolvers<T>): Promise<T> {
    this.#arrival.resolve();
    return promise;
  }
}

function promised<T>(): PromiseWithResolvers<T> {
  const made = Promise.withResolvers<T>();
  made.promise.catch(() => {}); // a caller who does not wait must not end the process
  return made;
}
