import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { eventSubject, jobStream } from '@tidemark/contracts';
import type { Broker, Running } from '@tidemark/messaging';
import { Ports } from '../../edge/ports.js';

/** What a relayed event of a job says of its place. */
interface Relayed {
  readonly stream: string;
  readonly revision: number;
}

/** Tells watchers that their job has a new event. Lossy: who must not miss one looks from time to time as well. */
@Injectable()
export class JobWakeups implements OnModuleDestroy {
  readonly #watchers = new Map<string, Set<(revision: number) => void>>();
  readonly #broker: Broker;
  #listening: Promise<Running | undefined> | undefined;

  constructor({ broker }: Ports) {
    this.#broker = broker;
  }

  /** Calls `wake` with the revision of every new event of the job that is heard of; the answer ends it. */
  watch(jobId: string, wake: (revision: number) => void): () => void {
    const stream = jobStream.of(jobId);
    const watchers = this.#watchers.get(stream) ?? new Set();
    this.#watchers.set(stream, watchers.add(wake));
    // Listened to while somebody watches: every gateway would hear of every event of every job.
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
      .catch(() => (this.#listening = undefined)); // watchers look from time to time; the next one tries again
  }

  async #silence(): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    await (await listening)?.stop();
  }
}
