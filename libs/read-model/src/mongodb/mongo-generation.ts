import type { Place, RecordedEvent } from '@tidemark/event-store';
import { counter } from '@tidemark/telemetry';
import { MongoBulkWriteError, type AnyBulkWriteOperation } from 'mongodb';
import { ABSENT, fold, keyed, type Entry } from '../fold.js';
import type { Generation, Projection, ViewDocument } from '../port.js';
import { DUPLICATE_KEY } from '@tidemark/mongo';
import type { Documents, StoredDocument } from './stored-document.js';
import { toEntry, toStored } from './documents.js';
import { RecentWrites } from './recent-writes.js';
import type { Registry } from './registry.js';

const ROUNDS = 10;
const lostWrites = counter(
  'tidemark_view_writes_lost_total',
  'Documents that the database had in an older state than the one written, and that were written again',
);

/**
 * Per batch: one read of the touched documents, the fold, one write of those that the database has in an older state,
 * then the position. A document at position p is the fold of its events up to p, regardless of the writer, and is only ever
 * replaced by a later one; so a batch may be repeated, overlap another, or race with the same batch of another process.
 */
export class MongoGeneration<D extends ViewDocument> implements Generation {
  #place: Place;
  #isLive = false;
  readonly #documents: <T>(work: (documents: Documents) => Promise<T>) => Promise<T>;
  readonly #recent = new RecentWrites((written) => this.#rewrite(written));

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
      const before = (id: string): Entry => this.#recent.newest(id, stored.get(id) ?? ABSENT);
      const changed = fold(this.projection, touching.events, before);
      await this.#store(changed, stored);
      this.#recent.add(changed);
    }
    // Returns the position of the furthest projector: documents that it has stored need not be folded here again.
    const { live, ...reached } = await this.registry.advance(this.projection, this.id, position, token);
    const { epoch = this.#place.epoch } = reached;
    this.#place = { ...reached, ...(epoch !== undefined && { epoch }) };
    // A server whose updates are not atomic may lose a swap to another projector's update of the record.
    if (this.#isLive && !live) await this.registry.makeLive(this.projection, this.id);
  }

  /** It is the live one from now on, until another one is swapped in. */
  becomeLive(): void {
    this.#isLive = true;
  }

  /** Checks once more what was written last. */
  flush(): Promise<void> {
    return this.#recent.settle();
  }

  /** No more checks. */
  abandon(): void {
    this.#recent.stop();
  }

  async #load(ids: readonly string[]): Promise<Map<string, Entry>> {
    const found = await this.#documents((documents) => documents.find({ _id: { $in: ids } }).toArray());
    return new Map(found.map((stored) => [stored._id, toEntry(stored)]));
  }

  /** @param stored the documents that the database has */
  async #store(changed: ReadonlyMap<string, Entry>, stored: ReadonlyMap<string, unknown>): Promise<void> {
    let present = stored;
    let entries = [...changed];
    for (let round = 0; entries.length > 0; round += 1) {
      const now = new Date();
      const operations = entries.map(([id, entry]) => writeOf(toStored(id, entry, now), present.has(id)));
      try {
        await this.#documents((documents) => documents.bulkWrite(operations, { ordered: false }));
        return;
      } catch (error) {
        if (round === ROUNDS || !isRace(error)) throw error;
      }
      // Another projector was faster with some of them: read again, and write only those still older.
      const found = await this.#load(entries.map(([id]) => id));
      entries = entries.filter(([id, { position }]) => position > (found.get(id) ?? ABSENT).position);
      present = found;
    }
  }

  async #rewrite(written: ReadonlyMap<string, Entry>): Promise<void> {
    const stored = await this.#load([...written.keys()]);
    const lost = new Map([...written].filter(([id, { position }]) => position > (stored.get(id) ?? ABSENT).position));
    if (lost.size === 0) return;
    // The documents of a dropped generation are gone, and must not come back.
    if (!(await this.registry.has(this.projection, this.id))) return this.abandon();
    await this.#store(lost, stored);
    lostWrites.add(lost.size, { view: this.projection.name });
  }
}

/** Replaces an older state only; an insert is refused with a duplicate key when there is any. */
function writeOf(stored: StoredDocument, present: boolean): AnyBulkWriteOperation<StoredDocument> {
  if (!present) return { insertOne: { document: stored } };
  const { _id, ...replacement } = stored;
  return { replaceOne: { filter: { _id, position: { $lt: stored.position } }, replacement } };
}

function isRace(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError)) return false;
  const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return failures.length > 0 && failures.every(({ code }) => code === DUPLICATE_KEY);
}
