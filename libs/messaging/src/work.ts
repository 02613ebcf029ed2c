import { withTimeout } from '@tidemark/foundation';
import { SERVER_STOPPING } from './patience.js';

const ABORT_GRACE_MS = 100;

/** Counts running tasks, and waits for their end. */
export class Work {
  #running = 0;
  #idle: PromiseWithResolvers<void> | undefined;
  readonly #controller = new AbortController();

  /** Aborted when the drain deadline has passed. */
  readonly signal: AbortSignal = this.#controller.signal;

  get size(): number {
    return this.#running;
  }

  begin(): void {
    this.#running++;
  }

  end(): void {
    if (--this.#running === 0) this.#idle?.resolve();
  }

  /** Resolves when nothing is running; aborts running tasks after `deadlineMs` and gives them a moment to end. */
  async drain(deadlineMs: number): Promise<void> {
    if (await this.#idleWithin(deadlineMs)) return;
    const stopped = new Error(`stopped: still running after ${deadlineMs} ms`);
    this.#controller.abort(Object.assign(stopped, { code: SERVER_STOPPING }));
    await this.#idleWithin(ABORT_GRACE_MS);
  }

  async #idleWithin(milliseconds: number): Promise<boolean> {
    if (this.#running === 0) return true;
    this.#idle ??= Promise.withResolvers();
    return withTimeout(
      this.#idle.promise.then(() => true),
      milliseconds,
      () => false,
    );
  }
}
