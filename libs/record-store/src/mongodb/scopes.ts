import { upserted, type Connection } from '@tidemark/mongo';
import type { Collection } from 'mongodb';
import type { Scope } from '../scope.js';

interface ScopeDocument {
  readonly _id: string;
  /** Jobs, the last one first. */
  readonly marks: readonly string[];
  /** Empty until cursors became invalid for the first time. */
  readonly generation: string;
}

type ScopeState = Omit<ScopeDocument, '_id'>;

/** What the store knows of each connection as a whole. */
export class Scopes {
  constructor(private readonly connection: Connection) {}

  async get(scope: Scope): Promise<ScopeState> {
    return (await this.#run((all) => all.findOne({ _id: idOf(scope) }))) ?? { marks: [], generation: '' };
  }

  async change(scope: Scope, change: Partial<ScopeState>): Promise<void> {
    const { marks, generation } = { ...(await this.get(scope)), ...change };
    await upserted(() =>
      this.#run((all) => all.replaceOne({ _id: idOf(scope) }, { marks, generation }, { upsert: true })),
    );
  }

  async remove(scope: Scope): Promise<void> {
    await this.#run((all) => all.deleteOne({ _id: idOf(scope) }));
  }

  #run<T>(work: (all: Collection<ScopeDocument>) => Promise<T>): Promise<T> {
    return this.connection.run((db) => work(db.collection<ScopeDocument>('record_scopes')));
  }
}

const idOf = ({ tenant, connectionId }: Scope) => JSON.stringify([tenant, connectionId]);
