import type { Relaying, Running } from './port.js';

/** The running parts of a broker that its callers have not stopped. */
export class RunningSet {
  readonly #running = new Set<Running>();

  /** The same, removed from the set when it is stopped. */
  add(running: Running): Running {
    const kept: Running = {
      stop: async (deadlineMs) => {
        await running.stop(deadlineMs);
        this.#running.delete(kept);
      },
    };
    this.#running.add(kept);
    return kept;
  }

  addRelay(relay: Relaying): Relaying {
    const { stop } = this.add(relay);
    return {
      stop,
      get position() {
        return relay.position;
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#running, (running) => running.stop()));
  }
}
