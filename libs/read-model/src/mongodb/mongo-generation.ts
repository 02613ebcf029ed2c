import type { Place, RecordedEvent } from '@tidemark/event-store';
import { MongoBulkWriteError, type AnyBulkWriteOperation } from 'mongodb';
import { ABSENT, fold, keyed, type Entry } from '../fold.js';
import type { Generation, Projection, ViewDocument } from '../port.js';
import type { Documents, StoredDocument } from './connection.js';
import { toEntry, toStored } from './documents.js';
import type { Registry } from './registry.js';

const DUPLICATE_KEY = 11_000;
const ROUNDS = 10;

/**
 * Per batch: one read of the touched documents, the fold, one write of those that the database has in an older state,
 * then the position. A document at position p is the fold of its events up to p, regardless of the writer, and is only ever
 * replaced by a later one; so a batch may be repeated, overlap another, or race with the same batch of another process.
 */
export class MongoGeneration<D extends ViewDocument> implements Generation {
  #place: Place;
  readonly #documents: <T>(work: (documents: Documents) => Promise<T>) => Promise<T>;

  constructor(
    private readonly registry: Registry,
    private readonly projection: Projection<D>,
    readonly id: string,
    place: Place,
  ) {
    this.#place = place;
    this.#documents = registry.documents(projection, id);
  }

  get position(): number {
    return this.#place.position;
  }

  get place(): Place {
    return this.#place;
  }

  async adopt(epoch: string): Promise<void> {
    await this.registry.adopt(this.projection, this.id, epoch);
    this.#place = { ...this.#place, epoch };
  }

  async apply(events: readonly RecordedEvent[], position: number, token?: string): Promise<void> {
    const fresh = events.filter((event) => event.position > this.position);
    const touching = keyed(this.projection, fresh);
    if (touching.ids.size > 0) {
      const stored = await this.#load([...touching.ids]);
      await this.#store(fold(this.projection, touching.events, (id) => stored.get(id) ?? ABSENT));
    }
    // Returns the position of the furthest projector: documents that it has stored need not be folded here again.
    const reached = await this.registry.advance(this.projection, this.id, position, token);
    const { epoch = this.#place.epoch } = reached;
    this.#place = { ...reached, ...(epoch !== undefined && { epoch }) };
  }

  async flush(): Promise<void> {}

  async #load(ids: readonly string[]): Promise<Map<string, Entry>> {
    const found = await this.#documents((documents) => documents.find({ _id: { $in: ids } }).toArray());
    return new Map(found.map((stored) => [stored._id, toEntry(stored)]));
  }

  async #store(changed: ReadonlyMap<string, Entry>): Promise<void> {
    let entries = [...changed];
    for (let round = 0; entries.length > 0; round += 1) {
      const now = new Date();
      const operations = entries.map(([id, entry]) => replaceOlder(toStored(id, entry, now)));
      try {
        await this.#documents((documents) => documents.bulkWrite(operations, { ordered: false }));
        return;
      } catch (error) {
        if (round === ROUNDS || !isRace(error)) throw error;
      }
      // Another projector was faster with some of them: read again, and write only those still older.
      const stored = await this.#load(entries.map(([id]) => id));
      entries = entries.filter(([id, { position }]) => position > (stored.get(id) ?? ABSENT).position);
    }
  }
}

/** Refused with a duplicate key when the database has the document in the same or a later state. */
function replaceOlder(stored: StoredDocument): AnyBulkWriteOperation<StoredDocument> {
  const { _id, ...replacement } = stored;
  return { replaceOne: { filter: { _id, position: { $lt: stored.position } }, replacement, upsert: true } };
}

function isRace(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError)) return false;
  const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return failures.length > 0 && failures.every(({ code }) => code === DUPLICATE_KEY);
}
