import type { Running } from './port.js';

/** What a broker has started and its callers have not stopped. */
export class RunningSet {
  readonly #running = new Set<Running>();

  /** The same, taken out of the set when it is stopped. */
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

  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#running, (running) => running.stop()));
  }
}
