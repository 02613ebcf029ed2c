import type { Secret } from '@tidemark/config';
import type { EventStore } from '@tidemark/event-store';
import { toError, type Clock, type Daemon } from '@tidemark/foundation';
import type { Logger } from '@tidemark/platform';
import { isUnavailable, toTidemarkError } from '../errors/to-error.js';
import { ensureKey } from './first-keys.js';

const AGAIN_MS = 2000;

interface Surroundings {
  readonly logger: Pick<Logger, 'warn'>;
  readonly clock: Clock;
  readonly onError: (error: Error) => void;
}

/** Makes sure that the key of the settings works; retries while the event store is down. */
export class KeyOfSettings implements Daemon {
  readonly #eventStore: EventStore;
  readonly #key: Secret;
  readonly #around: Surroundings;
  #starting: Promise<void> | undefined;
  #attempt: Promise<void> | undefined;
  #timer: unknown;
  #stopped = false;

  constructor(eventStore: EventStore, key: Secret, around: Surroundings) {
    this.#eventStore = eventStore;
    this.#key = key;
    this.#around = around;
  }

  /** @throws Error when the key was revoked, or cannot be checked for any reason but an outage */
  start(): Promise<void> {
    return (this.#starting ??= this.#attempt =
      this.#try((error) => {
        throw error;
      }));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#around.clock.clearTimeout(this.#timer);
    await this.#attempt?.catch(() => {});
  }

  async #try(onUnexpected: (error: Error) => void): Promise<void> {
    if (this.#stopped) return;
    try {
      return await ensureKey(this.#eventStore, this.#key.reveal(), { name: 'TIDEMARK_API_KEY' });
    } catch (thrown) {
      const error = toTidemarkError(thrown);
      if (isUnavailable(error))
        this.#around.logger.warn(`the key of TIDEMARK_API_KEY could not be checked yet: ${error.message}`);
      else if (error.code === 'CONFLICT')
        return onUnexpected(new Error('TIDEMARK_API_KEY is a key that was revoked: choose a different one'));
      else onUnexpected(toError(thrown));
    }
    const { clock, onError } = this.#around;
    if (!this.#stopped) this.#timer = clock.setTimeout(() => void (this.#attempt = this.#try(onError)), AGAIN_MS);
  }
}
