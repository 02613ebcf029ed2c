import type { Json } from '@tidemark/foundation';
import type { Collection } from 'mongodb';
import { upserted, type Connection } from './connection.js';

interface Label {
  readonly _id: string;
  readonly value: string;
}

/** The label of a store, in the collection that all stores of a database share. */
export class Labels {
  /** @param id of the store within its database */
  constructor(
    private readonly connection: Connection,
    private readonly id: string,
  ) {}

  async get(): Promise<Json | undefined> {
    const found = await this.#run((labels) => labels.findOne({ _id: this.id }));
    return found ? (JSON.parse(found.value) as Json) : undefined;
  }

  async set(label: Json): Promise<void> {
    const value = { value: JSON.stringify(label) };
    await upserted(() => this.#run((labels) => labels.replaceOne({ _id: this.id }, value, { upsert: true })));
  }

  #run<T>(work: (labels: Collection<Label>) => Promise<T>): Promise<T> {
    return this.connection.run((db) => work(db.collection<Label>('labels')));
  }
}
