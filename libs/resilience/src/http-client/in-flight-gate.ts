interface Waiter {
  readonly limit: number;
  readonly enter: () => void;
}

/** Admits a limited number at once; the others wait in order of arrival. */
export class InFlightGate {
  #inside = 0;
  readonly #waiting = new Set<Waiter>();

  /** Whether a caller with this limit would not have to wait. */
  hasRoom(limit: number): boolean {
    return this.#waiting.size === 0 && this.#inside < limit;
  }

  get idle(): boolean {
    return this.#inside === 0 && this.#waiting.size === 0;
  }

  /**
   * Waits until fewer than `limit` are inside and no earlier caller still waits, then resolves with a function
   * that leaves (calling it twice leaves once). Rejects with the signal's reason, and leaves the queue.
   */
  async enter(limit: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { limit, enter: resolve };
    this.#waiting.add(waiter);
    const abort = () => {
      // An admitted caller stays: it returns its slot itself.
      if (this.#waiting.delete(waiter)) reject(signal.reason);
      this.#admit(); // It may have been the one that blocked all others.
    };
    signal.addEventListener('abort', abort, { once: true });
    this.#admit();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
    let inside = true;
    return () => {
      if (inside) this.#inside--;
      inside = false;
      this.#admit();
    };
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (this.#inside >= waiter.limit) return;
      this.#waiting.delete(waiter);
      this.#inside++;
      waiter.enter();
    }
  }
}
