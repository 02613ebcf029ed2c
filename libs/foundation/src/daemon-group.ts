import type { Daemon } from './daemon.js';

export interface DaemonGroupOptions {
  /** `together`: none of them needs another to end its work. Default `reverse`. */
  readonly stop?: 'reverse' | 'together';
}

/** Several daemons as one: started one after the other, stopped in the opposite order or all at once. */
export class DaemonGroup implements Daemon {
  readonly #started: Daemon[] = [];
  #starting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    private readonly daemons: readonly Daemon[],
    private readonly options: DaemonGroupOptions = {},
  ) {}

  /** Stops those already started when one fails to start. @throws the error of that start */
  start(): Promise<void> {
    return (this.#starting ??= this.#startAll());
  }

  /** Stops all of them even when one fails to. @throws the first error of a stop */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stopAll());
  }

  async #startAll(): Promise<void> {
    try {
      for (const daemon of this.daemons) {
        if (this.#stopped) return;
        this.#started.push(daemon);
        await daemon.start();
      }
    } catch (error) {
      await this.stop().catch(() => {});
      throw error;
    }
  }

  async #stopAll(): Promise<void> {
    const failures: unknown[] = [];
    const stops: Promise<void>[] = [];
    // One that is still starting ends its start early.
    for (let daemon = this.#started.pop(); daemon; daemon = this.#started.pop()) {
      const stop = daemon.stop().catch((error: unknown) => void failures.push(error));
      stops.push(stop);
      if (this.options.stop !== 'together') await stop;
    }
    await Promise.all(stops);
    if (failures.length > 0) throw failures[0];
  }
}
