import type { RecordedEvent } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { filedLetter, placeOf, readLetter, redriven, tenantOf } from '../dead-letter.js';
import type { DeadLetters, FiledLetter, OutgoingMessage } from '../port.js';
import type { EmbeddedLog } from './embedded-log.js';
import { DEAD_STREAM, DISCARDED, MESSAGE, REDRIVEN, translate, type Settled } from './publications.js';

/** Dead letters are events of one stream, and so are the operator's decisions on them: what is open is their fold. */
export class EmbeddedDeadLetters implements DeadLetters {
  /** The tenants of the open ones, by revision. */
  readonly #open = new Map<number, string>();
  readonly #ids = new Set<string>();
  #next = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(private readonly log: EmbeddedLog) {}

  /** Whether a letter of this id was ever filed. */
  async has(id: string): Promise<boolean> {
    await this.#catchUp();
    return this.#ids.has(id);
  }

  async list(tenant: string, { after, limit }: { readonly after?: string; readonly limit: number }) {
    await this.#catchUp();
    const from = after === undefined ? -1 : (placeOf(after) ?? -1);
    const revisions = [...this.#open]
      .filter(([revision, owner]) => revision > from && owner === tenant)
      .slice(0, limit);
    return Promise.all(revisions.map(async ([revision]) => filed(await this.#eventAt(revision))));
  }

  async find(tenant: string, key: string): Promise<FiledLetter | undefined> {
    const event = await this.#find(tenant, key);
    return event && filed(event);
  }

  redrive(tenant: string, key: string): Promise<boolean> {
    return this.#settle(tenant, key, REDRIVEN);
  }

  discard(tenant: string, key: string): Promise<boolean> {
    return this.#settle(tenant, key, DISCARDED);
  }

  async count(): Promise<number> {
    await this.#catchUp();
    return this.#open.size;
  }

  /** Appended only if nothing was since the letter was found open, so that two calls at once settle it once. */
  async #settle(tenant: string, key: string, type: string): Promise<boolean> {
    for (;;) {
      const event = await this.#find(tenant, key);
      if (!event) return false;
      const letter = event.data as OutgoingMessage;
      const message = type === REDRIVEN ? redriven(readLetter(letter), letter.id) : undefined;
      const data: Settled = { letter: event.revision, ...(message && { message }) };
      if (!this.#open.has(event.revision)) continue;
      try {
        await this.log.append(DEAD_STREAM, [{ id: uuidv7(), type, data, metadata: {} }], this.#next - 1);
        return true;
      } catch (error) {
        if ((error as Error).name !== 'Conflict') throw translate(error, 'a dead letter');
      }
    }
  }

  async #find(tenant: string, key: string): Promise<RecordedEvent | undefined> {
    await this.#catchUp();
    const revision = placeOf(key);
    if (revision === undefined || this.#open.get(revision) !== tenant) return undefined;
    const event = await this.#eventAt(revision);
    return filed(event).key === key ? event : undefined;
  }

  async #eventAt(revision: number): Promise<RecordedEvent> {
    for await (const event of this.log.read(DEAD_STREAM, { from: revision, limit: 1 })) return event;
    throw new Error(`the stream ${DEAD_STREAM} has no event ${revision}`);
  }

  /** Folds what was appended since the last call. */
  #catchUp(): Promise<void> {
    const reading = this.#reading.catch(() => {}).then(() => this.#readOn());
    this.#reading = reading;
    return reading;
  }

  async #readOn(): Promise<void> {
    try {
      for await (const event of this.log.read(DEAD_STREAM, { from: this.#next })) this.#fold(event);
    } catch (error) {
      if ((error as Error).name !== 'StreamNotFound') throw translate(error, 'the dead letters');
    }
  }

  #fold({ type, data, revision }: RecordedEvent): void {
    this.#next = revision + 1;
    if (type === MESSAGE) {
      const message = data as OutgoingMessage;
      this.#ids.add(message.id);
      this.#open.set(revision, tenantOf(readLetter(message)));
    } else if (type === REDRIVEN || type === DISCARDED) this.#open.delete((data as Settled).letter);
  }
}

function filed({ data, revision, recordedAt }: RecordedEvent): FiledLetter {
  const message = data as OutgoingMessage;
  return filedLetter(readLetter(message), message.id, revision, recordedAt);
}
