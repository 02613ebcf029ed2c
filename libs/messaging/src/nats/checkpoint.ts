import { NatsError, type KV } from 'nats';
import type { EventStore, Place } from '@tidemark/event-store';
import { translate } from './connection.js';

const WRONG_LAST_SEQUENCE = 10071;
const SAVE_EVERY_MS = 200;

/**
 * A relay's position in the log, in a key-value bucket. It only ever grows within an epoch of the log, also with several
 * relays of one name running; when another is ahead, `position` follows it. A log that was restored from an older copy
 * takes it back to what the log still has.
 */
export class Checkpoint {
  #revision = 0;
  #stored: Place = { position: -1 };
  #reached: Omit<Place, 'epoch'> = { position: -1 };
  #saving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Why the relay must begin again. */
  #lost: Error | undefined;
  readonly #key: string;

  constructor(
    private readonly kv: KV,
    private readonly name: string,
    private readonly history: EventStore['history'],
    private readonly onError: (error: Error) => void,
  ) {
    // Releases before epochs keep a plain number under the name itself, and may run beside this one.
    this.#key = `${name}.place`;
  }

  /** All events up to here are published; -1 at the start. */
  get position(): number {
    return Math.max(this.#stored.position, this.#reached.position);
  }

  /** Where the relay resumes. */
  async load(): Promise<Place> {
    this.#stored = await this.history.resume((await this.#read()) ?? (await this.#readNumber()));
    return this.#stored;
  }

  /** Saved within 200 ms. @throws Error when the relay must begin again from `load` */
  advance(position: number, token?: string): void {
    if (this.#lost) throw this.#lost;
    if (position <= this.#reached.position) return;
    this.#reached = { position, ...(token !== undefined && { token }) };
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
    const { epoch } = this.#stored;
    while (this.#reached.position > this.#stored.position && !this.#lost) {
      const place = { ...this.#reached, epoch };
      try {
        this.#revision = await this.kv.put(this.#key, JSON.stringify(place), { previousSeq: this.#revision });
        this.#stored = place;
      } catch (error) {
        if (!(error instanceof NatsError) || error.api_error?.err_code !== WRONG_LAST_SEQUENCE) throw error;
        this.#stored = (await this.#read()) ?? { position: -1, epoch };
        if (this.#stored.epoch !== epoch) this.#lost = new Error('another relay found that the log was restored');
      }
    }
  }

  async #read(): Promise<Place | undefined> {
    const entry = await this.kv.get(this.#key);
    this.#revision = entry?.revision ?? 0;
    return entry?.operation === 'PUT' ? entry.json<Place>() : undefined;
  }

  async #readNumber(): Promise<Place> {
    const entry = await this.kv.get(this.name);
    return { position: entry?.operation === 'PUT' ? Number(entry.string()) : -1 };
  }
}
