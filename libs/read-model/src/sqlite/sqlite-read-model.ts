import type { Json, Labelled } from '@tidemark/foundation';
import {
  GenerationDropped,
  type Generation,
  type Projection,
  type ReadModel,
  type View,
  type ViewDefinition,
  type ViewDocument,
} from '../port.js';
import { Database } from './database.js';
import { Generations, type GenerationRow } from './generations.js';
import { SqliteGeneration } from './sqlite-generation.js';
import { SqliteView } from './sqlite-view.js';

/**
 * The embedded read model: one table per generation of a view in one SQLite file, documents as JSON beside the
 * indexed fields. Work is synchronous and short; queries of this process see every applied batch.
 */
export class SqliteReadModel implements ReadModel, Labelled {
  readonly #db: Database;
  readonly #namespace: string;
  readonly #generations: Generations;
  /** The generations that this process writes to. Readers flush them first. */
  readonly #writers = new Map<number, SqliteGeneration<ViewDocument>>();
  readonly #unfinished = new Map<string, number>();

  /** @throws ReadModelUnavailable when the file cannot be opened or created */
  constructor(file: string, options: { readonly namespace?: string } = {}) {
    this.#db = new Database(file);
    this.#namespace = options.namespace ?? '';
    this.#generations = new Generations(this.#db, this.#namespace);
    this.#db.exec('create table if not exists labels (namespace text primary key, value text not null)');
  }

  view<D extends ViewDocument>(definition: ViewDefinition<D>): View<D> {
    return new SqliteView(this.#db, this.#generations, definition, (id) => this.#writers.get(id));
  }

  async live<D extends ViewDocument>(projection: Projection<D>): Promise<Generation | null> {
    this.#db.write(() => this.#generations.dropAbandoned(projection));
    const row = this.#generations.live(projection);
    return row?.version === projection.version ? this.#writer(projection, row) : null;
  }

  async liveVersion<D extends ViewDocument>(definition: ViewDefinition<D>): Promise<number | null> {
    return this.#generations.live(definition)?.version ?? null;
  }

  async begin<D extends ViewDocument>(projection: Projection<D>): Promise<Generation> {
    const row = this.#db.write(() => {
      const unfinished = this.#unfinished.get(projection.name);
      if (unfinished !== undefined) this.#drop(unfinished);
      this.#generations.dropAbandoned(projection);
      return this.#generations.create(projection);
    });
    this.#unfinished.set(projection.name, row.id);
    return this.#writer(projection, row);
  }

  async swap<D extends ViewDocument>(projection: Projection<D>, generation: Generation): Promise<void> {
    if (!(generation instanceof SqliteGeneration)) throw new TypeError('swap: not a generation of this read model');
    generation.flushNow();
    const replaced = this.#db.write(() => {
      if (this.#generations.position(generation.id) === undefined) {
        throw new GenerationDropped(`${projection.name}: generation ${generation.id} was dropped`);
      }
      return this.#generations.makeLive(projection, generation.id);
    });
    for (const id of replaced) this.#forget(id);
    if (this.#unfinished.get(projection.name) === generation.id) this.#unfinished.delete(projection.name);
  }

  async label(): Promise<Json | undefined> {
    const row = this.#db.get('select value from labels where namespace = ?', this.#namespace);
    return row && (JSON.parse(row.value as string) as Json);
  }

  async setLabel(label: Json): Promise<void> {
    const sql = 'insert into labels values (?, ?) on conflict (namespace) do update set value = excluded.value';
    this.#db.write(() => this.#db.run(sql, this.#namespace, JSON.stringify(label)));
  }

  async ping(): Promise<void> {
    this.#db.get('select 1 as one');
  }

  /** Writes pending documents, drops unfinished generations and releases the file. */
  async close(): Promise<void> {
    try {
      for (const writer of this.#writers.values()) flushUnlessDropped(writer);
      if (this.#unfinished.size > 0) {
        this.#db.write(() => [...this.#unfinished.values()].forEach((id) => this.#generations.drop(id)));
      }
    } finally {
      for (const id of [...this.#writers.keys()]) this.#forget(id);
      this.#unfinished.clear();
      await this.#db.close();
    }
  }

  #writer<D extends ViewDocument>(projection: Projection<D>, row: GenerationRow): SqliteGeneration<ViewDocument> {
    let writer = this.#writers.get(row.id);
    if (!writer) {
      writer = new SqliteGeneration(this.#db, this.#generations, projection as unknown as Projection, row);
      this.#writers.set(row.id, writer);
    }
    return writer;
  }

  #drop(id: number): void {
    this.#generations.drop(id);
    this.#forget(id);
  }

  #forget(id: number): void {
    this.#writers.get(id)?.abandon();
    this.#writers.delete(id);
  }
}

function flushUnlessDropped(writer: SqliteGeneration<ViewDocument>): void {
  try {
    writer.flushNow();
  } catch (error) {
    if (!(error instanceof GenerationDropped)) throw error;
  }
}
