import { NatsError, type KV } from 'nats';
import { translate } from './connection.js';

const WRONG_LAST_SEQUENCE = 10071;
const SAVE_EVERY_MS = 200;

/**
 * A relay's position in the log, in a key-value bucket. It only ever grows, also with several relays of one name running;
 * when another is ahead, `position` follows it.
 */
export class Checkpoint {
  #revision = 0;
  #stored = -1;
  #reached = -1;
  #saving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly kv: KV,
    private readonly key: string,
    private readonly onError: (error: Error) => void,
  ) {}

  /** All events up to here are published; -1 at the start. */
  get position(): number {
    return Math.max(this.#stored, this.#reached);
  }

  async load(): Promise<number> {
    const entry = await this.kv.get(this.key);
    this.#revision = entry?.revision ?? 0;
    this.#stored = entry?.operation === 'PUT' ? Number(entry.string()) : -1;
    return this.#stored;
  }

  /** Saved within 200 ms. */
  advance(position: number): void {
    if (position <= this.#reached) return;
    this.#reached = position;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#saving = this.#save().catch((error: unknown) => this.onError(translate(error)));
    }, SAVE_EVERY_MS);
  }

  /** Saves the unsaved position. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saving;
    await this.#save();
  }

  async #save(): Promise<void> {
    while (this.#reached > this.#stored) {
      const value = this.#reached;
      try {
        this.#revision = await this.kv.put(this.key, String(value), { previousSeq: this.#revision });
        this.#stored = value;
      } catch (error) {
        if (!(error instanceof NatsError) || error.api_error?.err_code !== WRONG_LAST_SEQUENCE) throw error;
        await this.load();
      }
    }
  }
}
