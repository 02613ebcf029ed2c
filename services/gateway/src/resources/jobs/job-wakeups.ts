import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { eventSubject, jobStream } from '@tidemark/contracts';
import type { Broker, Running } from '@tidemark/messaging';
import { Ports } from '../../edge/ports.js';

/** The position of a relayed job event. */
interface Relayed {
  readonly stream: string;
  readonly revision: number;
}

/** Notifies watchers of new events of their job. Lossy: watchers must poll as well. */
@Injectable()
export class JobWakeups implements OnModuleDestroy {
  readonly #watchers = new Map<string, Set<(revision: number) => void>>();
  readonly #broker: Broker;
  #listening: Promise<Running | undefined> | undefined;

  constructor({ broker }: Ports) {
    this.#broker = broker;
  }

  /** Calls `wake` with the revision of every new event of the job that arrives; the returned function stops it. */
  watch(jobId: string, wake: (revision: number) => void): () => void {
    const stream = jobStream.of(jobId);
    const watchers = this.#watchers.get(stream) ?? new Set();
    this.#watchers.set(stream, watchers.add(wake));
    // Listens only while a job is watched: the subscription receives every event of every job.
    this.#listening ??= this.#listen();
    return () => {
      watchers.delete(wake);
      if (watchers.size === 0) this.#watchers.delete(stream);
      if (this.#watchers.size === 0) void this.#silence();
    };
  }

  async onModuleDestroy(): Promise<void> {
    this.#watchers.clear();
    await this.#silence();
  }

  #listen(): Promise<Running | undefined> {
    const heard = ({ stream, revision }: Relayed) => {
      for (const wake of this.#watchers.get(stream) ?? []) wake(revision);
    };
    return this.#broker
      .listen<Relayed>(eventSubject(jobStream.category, '*'), ({ data }) => heard(data))
      .catch(() => (this.#listening = undefined)); // watchers poll as well; the next one tries again
  }

  async #silence(): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    await (await listening)?.stop();
  }
}
