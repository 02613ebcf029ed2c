import { randomUUID } from 'node:crypto';
import { MongoServerError, type Collection, type Db } from 'mongodb';
import type { Place } from '@tidemark/event-store';
import { GenerationDropped } from '../port.js';
import { indexedFields, indexKeys, type AnyDefinition } from '../query.js';
import { upserted, type Connection } from '@tidemark/mongo';
import type { Documents, StoredDocument } from './stored-document.js';
import { toSort } from './filter.js';

/** One per view: its generations, the position of each, and the one that readers use. */
interface ViewRecord {
  readonly _id: string;
  readonly live?: string;
  readonly generations?: Record<string, StoredGeneration | undefined>;
}

interface StoredGeneration extends Place {
  readonly version: number;
  readonly touchedAt: number;
}

export interface LiveGeneration {
  readonly id: string;
  readonly version: number;
  readonly position: number;
  readonly place: Place;
}

/** An unfinished generation without a write for this long was left behind by a process that died. */
const ABANDONED_MS = 60_000;
const TOMBSTONE_SECONDS = 3_600;
const NOT_IMPLEMENTED = 238;

/**
 * The directory of generations. A view's record is one document, so that a swap is one atomic update. Updates of a
 * record are serialised in this process, for servers that lose one of two concurrent ones.
 */
export class Registry {
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #drops = new Set<NodeJS.Timeout>();

  constructor(private readonly connection: Connection) {}

  async live(definition: AnyDefinition): Promise<LiveGeneration | null> {
    const record = await this.#record(definition);
    const generation = record?.live === undefined ? undefined : record.generations?.[record.live];
    if (!generation) return null;
    const { version, position } = generation;
    return { id: record!.live!, version, position, place: placeOf(generation) };
  }

  documents(definition: AnyDefinition, id: string): <T>(work: (documents: Documents) => Promise<T>) => Promise<T> {
    const name = collectionOf(definition, id);
    return (work) => this.connection.run((db) => work(db.collection<StoredDocument>(name)));
  }

  /** @throws TypeError when an index names an invalid field */
  async create(definition: AnyDefinition): Promise<string> {
    indexedFields(definition);
    const id = randomUUID().replaceAll('-', '');
    const generation = { version: definition.version, position: -1, touchedAt: Date.now() };
    await upserted(() =>
      this.#update(definition, (records) =>
        records.updateOne(
          { _id: nameOf(definition) },
          { $set: { [`generations.${id}`]: generation } },
          { upsert: true },
        ),
      ),
    );
    await this.connection.run((db) => createIndexes(db, definition, id));
    return id;
  }

  /** Whether the generation exists, live or not. */
  async has(definition: AnyDefinition, id: string): Promise<boolean> {
    return (await this.#record(definition))?.generations?.[id] !== undefined;
  }

  /**
   * Moves the stored position forwards, never back; returns the current one, and whether the generation is live.
   * @throws GenerationDropped
   */
  async advance(
    definition: AnyDefinition,
    id: string,
    position: number,
    token?: string,
  ): Promise<Place & { readonly live: boolean }> {
    const path = `generations.${id}`;
    const tokenPath = `${path}.token`;
    const forwards = { [`${path}.position`]: { $lt: position } };
    const moved = await this.#update(definition, (records) =>
      records.findOneAndUpdate(
        { _id: nameOf(definition), ...forwards } as object,
        {
          $set: {
            [`${path}.position`]: position,
            [`${path}.touchedAt`]: Date.now(),
            ...(token !== undefined && { [tokenPath]: token }),
          },
          // The token belongs to its position: the one before must not stay beside this one.
          ...(token === undefined && { $unset: { [tokenPath]: '' } }),
        },
        { returnDocument: 'after' },
      ),
    );
    const record = moved ?? (await this.#record(definition));
    const reached = record?.generations?.[id];
    if (reached) return { ...placeOf(reached), live: record!.live === id };
    // Writing to a dropped collection has created it again.
    await this.#dropCollection(definition, id);
    throw dropped(definition, id);
  }

  /** @throws GenerationDropped */
  async adopt(definition: AnyDefinition, id: string, epoch: string): Promise<void> {
    const path = `generations.${id}`;
    const { matchedCount } = await this.#update(definition, (records) =>
      records.updateOne({ _id: nameOf(definition), [path]: { $exists: true } }, { $set: { [`${path}.epoch`]: epoch } }),
    );
    if (matchedCount === 0) throw dropped(definition, id);
  }

  /** @throws GenerationDropped */
  async makeLive(definition: AnyDefinition, id: string): Promise<void> {
    const _id = nameOf(definition);
    for (;;) {
      const record = await this.#record(definition);
      if (!record?.generations?.[id]) throw dropped(definition, id);
      const { live = null } = record;
      if (live === id) return;
      const { matchedCount } = await this.#update(definition, (records) =>
        records.updateOne({ _id, live, [`generations.${id}`]: { $exists: true } } as object, {
          $set: { live: id },
          ...(live === null ? {} : { $unset: { [`generations.${live}`]: '' } }),
        }),
      );
      if (matchedCount === 0) continue;
      if (live !== null) this.#dropLater(definition, live);
      return;
    }
  }

  /** Drops a generation unless it is live. */
  async drop(definition: AnyDefinition, id: string): Promise<void> {
    await this.#update(definition, (records) =>
      records.updateOne({ _id: nameOf(definition), live: { $ne: id } } as object, {
        $unset: { [`generations.${id}`]: '' },
      }),
    );
    if ((await this.live(definition))?.id !== id) await this.#dropCollection(definition, id);
  }

  /** The timers are the process's: what it leaves behind, the next build drops. */
  close(): void {
    for (const timer of this.#drops) clearTimeout(timer);
  }

  /** Readers and projectors of the replaced generation notice the swap first, and a swap that is lost costs nothing. */
  #dropLater(definition: AnyDefinition, id: string): void {
    const drop = async () => {
      this.#drops.delete(timer);
      if (!(await this.has(definition, id))) await this.#dropCollection(definition, id);
    };
    const timer = setTimeout(() => void drop().catch(() => undefined), ABANDONED_MS).unref();
    this.#drops.add(timer);
  }

  /** Drops leftovers of dead processes: unfinished generations, and collections that belong to none. */
  async dropAbandoned(definition: AnyDefinition): Promise<void> {
    // Collections first: a new generation enters the record before its collection exists.
    const prefix = collectionOf(definition, '');
    const all = await this.connection.run((db) => db.listCollections({}, { nameOnly: true }).toArray());
    const { live, generations = {} } = (await this.#record(definition)) ?? {};
    const before = Date.now() - ABANDONED_MS;
    for (const [id, generation] of Object.entries(generations)) {
      if (id !== live && generation!.touchedAt < before) await this.drop(definition, id);
    }
    for (const { name } of all) {
      const id = name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
      if (id !== undefined && !generations[id]) await this.#dropCollection(definition, id);
    }
  }

  async #record(definition: AnyDefinition): Promise<ViewRecord | null> {
    return this.#records((records) => records.findOne({ _id: nameOf(definition) }));
  }

  async #update<T>(definition: AnyDefinition, work: (records: Collection<ViewRecord>) => Promise<T>): Promise<T> {
    const name = nameOf(definition);
    const mine = (this.#turns.get(name) ?? Promise.resolve()).then(() => this.#records(work));
    this.#turns.set(
      name,
      mine.catch(() => undefined),
    );
    return mine;
  }

  #records<T>(work: (records: Collection<ViewRecord>) => Promise<T>): Promise<T> {
    return this.connection.run((db) => work(db.collection<ViewRecord>('views')));
  }

  async #dropCollection(definition: AnyDefinition, id: string): Promise<void> {
    await this.connection.run((db) => db.dropCollection(collectionOf(definition, id)));
  }
}

function placeOf({ position, epoch, token }: StoredGeneration): Place {
  return { position, ...(epoch !== undefined && { epoch }), ...(token !== undefined && { token }) };
}

export function dropped({ name }: AnyDefinition, id: string): GenerationDropped {
  return new GenerationDropped(`${name}: generation ${id} was dropped`);
}

async function createIndexes(db: Db, definition: AnyDefinition, id: string): Promise<void> {
  const documents = db.collection(collectionOf(definition, id));
  for (const [number, index] of definition.indexes.entries()) {
    await documents.createIndex(new Map(toSort(indexKeys(index))), { name: `index_${number}` });
  }
  // A tombstone is needed while a batch that began before the removal may still be written: seconds, not an hour.
  const expiry = { name: 'tombstones', sparse: true, expireAfterSeconds: TOMBSTONE_SECONDS };
  await documents.createIndex({ goneAt: 1 }, expiry).catch((error: unknown) => {
    if (!(error instanceof MongoServerError) || error.code !== NOT_IMPLEMENTED) throw error;
  });
}

function collectionOf(definition: AnyDefinition, id: string): string {
  return `view-${nameOf(definition)}_${id}`;
}

function nameOf({ name }: AnyDefinition): string {
  if (!/^[A-Za-z0-9-]+$/.test(name)) throw new TypeError(`projection name "${name}": letters, digits and - only`);
  return name;
}
