import type { Json } from '@tidemark/foundation';
import { Connection, databaseIn, DUPLICATE_KEY, Labels } from '@tidemark/mongo';
import { Binary, MongoServerError, type Collection } from 'mongodb';
import { VaultUnavailable, type StoredSecret, type VaultStore } from '../port.js';

/** One version of a value. */
interface Version {
  readonly _id: string;
  readonly id: string;
  readonly version: number;
  /** Null: it was removed, or a later version has replaced it. */
  readonly value: Binary | null;
}

/** How many numbers of versions stay taken: a writer that was overtaken by as many others must not find its own free. */
const NUMBERS_KEPT = 1000;

/**
 * Values as documents, one for each version: inserting the next version succeeds for one writer only, on servers too that
 * do not update a document in one step.
 */
export class MongoVaultStore implements VaultStore {
  readonly #connection: Connection;
  readonly #labels: Labels;

  /** @throws TypeError when the URL cannot be parsed */
  constructor(url: string, options: { readonly namespace?: string } = {}) {
    const database = options.namespace ?? databaseIn(url) ?? 'tidemark';
    this.#connection = new Connection(url, database, (message, given) => new VaultUnavailable(message, given));
    this.#labels = new Labels(this.#connection, 'vault');
  }

  label(): Promise<Json | undefined> {
    return this.#labels.get();
  }

  setLabel(label: Json): Promise<void> {
    return this.#labels.set(label);
  }

  async get(id: string): Promise<StoredSecret | undefined> {
    const latest = await this.#latest(id);
    return latest?.value ? { version: latest.version, value: latest.value.buffer } : undefined;
  }

  async compareAndPut(id: string, version: number, value: Uint8Array): Promise<number | null> {
    const latest = await this.#latest(id);
    if (version !== (latest?.value ? latest.version : 0)) return null;
    return this.#write(id, latest?.version ?? 0, value);
  }

  async remove(id: string): Promise<void> {
    for (;;) {
      const latest = await this.#latest(id);
      if (!latest?.value || (await this.#write(id, latest.version, null)) !== null) return;
    }
  }

  async ids(prefix: string): Promise<readonly string[]> {
    const last = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
    const found = await this.#run((secrets) =>
      secrets
        .find(prefix === '' ? {} : { id: { $gte: prefix, $lt: last } }, { projection: { id: 1, version: 1, value: 1 } })
        .sort({ id: 1, version: -1 })
        .toArray(),
    );
    const latest = found.filter(({ id }, at) => found[at - 1]?.id !== id);
    return latest.filter(({ value }) => value !== null).map(({ id }) => id);
  }

  async ping(): Promise<void> {
    await this.#connection.run((db) => db.command({ ping: 1 }));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #latest(id: string): Promise<Version | undefined> {
    const [latest] = await this.#run((secrets) => secrets.find({ id }).sort({ version: -1 }).limit(1).toArray());
    return latest;
  }

  async #write(id: string, after: number, value: Uint8Array | null): Promise<number | null> {
    const version = after + 1;
    const document = { _id: JSON.stringify([id, version]), id, version, value: value && new Binary(value) };
    try {
      await this.#run((secrets) => secrets.insertOne(document));
    } catch (error) {
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return null;
      throw error;
    }
    await this.#run((secrets) => secrets.updateMany({ id, version: { $lt: version } }, { $set: { value: null } }));
    await this.#run((secrets) => secrets.deleteMany({ id, version: { $lte: version - NUMBERS_KEPT } }));
    return version;
  }

  #run<T>(work: (secrets: Collection<Version>) => Promise<T>): Promise<T> {
    return this.#connection.run((db) => work(db.collection<Version>('secrets')));
  }
}
