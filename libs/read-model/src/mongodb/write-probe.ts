import { messageOf, type Conditions } from '@tidemark/foundation';
import { ReadModelUnavailable } from '../port.js';

const SUBJECT = 'writes of views';
const EVERY_MS = 5_000;

/** Notices a server that can be read and refuses writes, as with a full disk, also in a process that seldom writes. */
export class WriteProbe {
  #isRefused = false;
  #next = -Infinity;

  constructor(
    private readonly write: () => Promise<unknown>,
    private readonly conditions: Conditions | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** What is stored may be behind the log. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Writes once every five seconds at most, however often it is called. @throws ReadModelUnavailable */
  async look(): Promise<void> {
    if (this.now() < this.#next) return;
    this.#next = this.now() + EVERY_MS;
    try {
      await this.write();
      this.#isRefused = false;
      this.conditions?.clear(SUBJECT);
    } catch (error) {
      if (error instanceof ReadModelUnavailable) throw error;
      this.#isRefused = true;
      const text = `MongoDB refuses writes (${messageOf(error)}): lists stand still until it takes them`;
      this.conditions?.raise(SUBJECT, `${text}. Check the free space of its disk`);
    }
  }
}
