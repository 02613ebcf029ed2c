import type { Conditions, Json, Labelled } from '@tidemark/foundation';
import {
  GenerationDropped,
  ReadModelUnavailable,
  type Generation,
  type Projection,
  type ReadModel,
  type Repair,
  type View,
  type ViewDefinition,
  type ViewDocument,
} from '../port.js';
import { Database } from './database.js';
import { createTables, Generations, type GenerationRow } from './generations.js';
import { droppedError, SqliteGeneration, type RepairedPage } from './sqlite-generation.js';
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
  /** The views that this process keeps up to date. */
  readonly #names = new Set<string>();
  /** The views that have to be built since the file was replaced; undefined when it was not. */
  #missing: Set<string> | undefined;

  /** @throws ReadModelUnavailable when the file cannot be opened or created */
  constructor(
    file: string,
    private readonly options: { readonly namespace?: string; readonly conditions?: Conditions } = {},
  ) {
    this.#namespace = options.namespace ?? '';
    this.#db = new Database(file, {
      prepare: createTables,
      onReplaced: (what) => this.#replaced(what),
      onWrite: (failure) => {
        if (failure === undefined) options.conditions?.clear('views.db');
        else options.conditions?.raise('views.db', `${failure}. Lists show what was stored before; free some space`);
      },
    });
    this.#generations = new Generations(this.#db, this.#namespace);
    if (this.#db.replacedAtStart !== undefined) this.#replaced(this.#db.replacedAtStart);
  }

  view<D extends ViewDocument>(definition: ViewDefinition<D>): View<D> {
    return new SqliteView(this.#db, this.#generations, definition, (id) => this.#writers.get(id));
  }

  async live<D extends ViewDocument>(projection: Projection<D>): Promise<Generation | null> {
    try {
      this.#db.write(() => this.#generations.dropAbandoned(projection));
    } catch (error) {
      if (!(error instanceof ReadModelUnavailable)) throw error;
      // The disk is full, say: the view can still be read, and followed in memory for a while.
    }
    this.#names.add(projection.name);
    const row = this.#generations.live(projection);
    if (!row) this.#missing?.add(projection.name);
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
    if (generation.isDropped) throw droppedError(projection.name, generation.id);
    generation.flushNow();
    const replaced = this.#db.write(() => {
      if (this.#generations.position(generation.id) === undefined) {
        throw droppedError(projection.name, generation.id);
      }
      return this.#generations.makeLive(projection, generation.id);
    });
    for (const id of replaced) this.#forget(id);
    if (this.#unfinished.get(projection.name) === generation.id) this.#unfinished.delete(projection.name);
    this.#built(projection.name);
  }

  async repair<D extends ViewDocument>(projection: Projection<D>, from: Generation): Promise<Repair> {
    if (!(from instanceof SqliteGeneration)) throw new TypeError('repair: not a generation of this read model');
    const row = this.#generations.live(projection);
    if (row?.version !== projection.version || from.isDropped) throw droppedError(projection.name, from.id);
    const live = this.#writer(projection, row);
    live.flushNow();
    from.flushNow();
    let documents = 0;
    let repaired = 0;
    for (let last: string | undefined = ''; last !== undefined; await new Promise(setImmediate)) {
      const page: RepairedPage = this.#db.write(() => live.repairPage(from, last!));
      documents += page.documents;
      repaired += page.repaired;
      last = page.last;
    }
    this.#db.write(() => this.#drop(from.id));
    if (this.#unfinished.get(projection.name) === from.id) this.#unfinished.delete(projection.name);
    return { documents, repaired };
  }

  async label(): Promise<Json | undefined> {
    const row = this.#db.get('select value from labels where namespace = ?', this.#namespace);
    return row && this.#db.parse<Json>(row.value);
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
      for (const writer of this.#writers.values()) ifPossible(() => writer.flushNow());
      if (this.#unfinished.size > 0) {
        const unfinished = [...this.#unfinished.values()];
        ifPossible(() => this.#db.write(() => unfinished.forEach((id) => this.#generations.drop(id))));
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

  /** All documents are gone: every projection starts again. */
  #replaced(what: string): void {
    this.#missing = new Set(this.#names);
    for (const writer of this.#writers.values()) writer.lose();
    this.#writers.clear();
    this.#unfinished.clear();
    this.#generations.forget();
    this.options.conditions?.raise('views', `${what}. The views are being built from the log again`);
  }

  #built(view: string): void {
    if (!this.#missing) return;
    this.#missing.delete(view);
    if (this.#missing.size > 0) return;
    this.#missing = undefined;
    this.options.conditions?.clear('views');
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

/** What cannot be written is folded again from the log, and what cannot be dropped is dropped by the next build. */
function ifPossible(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof GenerationDropped || error instanceof ReadModelUnavailable)) throw error;
  }
}
