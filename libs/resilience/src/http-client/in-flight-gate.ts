interface Waiter {
  readonly limit: number;
  readonly enter: () => void;
}

/** Lets a limited number through at once; the others wait in the order in which they came. */
export class InFlightGate {
  #inside = 0;
  readonly #waiting = new Set<Waiter>();

  /** Whether somebody with this limit would not have to wait. */
  hasRoom(limit: number): boolean {
    return this.#waiting.size === 0 && this.#inside < limit;
  }

  get idle(): boolean {
    return this.#inside === 0 && this.#waiting.size === 0;
  }

  /**
   * Waits until fewer than `limit` are inside and nobody who came before still waits, then resolves with a function
   * that leaves (calling it twice leaves once). Rejects with the signal's reason, and the place in the line is gone.
   */
  async enter(limit: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { limit, enter: resolve };
    this.#waiting.add(waiter);
    const abort = () => {
      // Who has been let in already stays: the place is given back by the caller, not lost here.
      if (this.#waiting.delete(waiter)) reject(signal.reason);
      this.#admit(); // It may have been the one that all others stood behind.
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
