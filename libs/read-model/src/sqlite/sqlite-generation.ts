import type { Place, RecordedEvent } from '@tidemark/event-store';
import { ABSENT, fold, keyed, type Entry } from '../fold.js';
import { GenerationDropped, type Generation, type Projection, type ViewDocument } from '../port.js';
import type { Database } from './database.js';
import { DocumentCache } from './document-cache.js';
import { tableOf, type GenerationRow, type Generations } from './generations.js';
import { toColumn } from './sql.js';

const WRITE_BEHIND_MS = 75;
/** Writing 250 documents blocks the process for about 5 ms. */
const MAX_DIRTY = 250;
const CACHE_CHARACTERS = 4 * 1024 * 1024;

/**
 * Folds in memory and writes behind: changes go to the file every 75 ms, or after 250 documents, in one
 * transaction with the position. The table is therefore always exactly the fold of the log up to the stored
 * position, so that after a crash folding simply resumes from there.
 *
 * Several writers (processes) may feed one generation. Each reads the stored position in the transaction in which
 * it reads or writes: when another writer is ahead, it drops its pending documents and continues from that writer's position.
 */
export class SqliteGeneration<D extends ViewDocument> implements Generation {
  readonly id: number;
  #position: number;
  #token: string | null;
  #epoch: string | null;
  /** The position of the last flush. */
  #written: number;
  readonly #dirty = new Map<string, Entry>();
  readonly #cache = new DocumentCache(CACHE_CHARACTERS);
  readonly #columns: readonly string[];
  #timer: NodeJS.Timeout | undefined;
  #dropped = false;

  constructor(
    private readonly db: Database,
    private readonly generations: Generations,
    private readonly projection: Projection<D>,
    row: GenerationRow,
  ) {
    this.id = row.id;
    this.#position = this.#written = row.position;
    this.#token = row.token;
    this.#epoch = row.epoch;
    this.#columns = [...row.columns];
  }

  get position(): number {
    return this.#position;
  }

  get place(): Place {
    return {
      position: this.#position,
      ...(this.#epoch !== null && { epoch: this.#epoch }),
      ...(this.#token !== null && { token: this.#token }),
    };
  }

  async adopt(epoch: string): Promise<void> {
    this.#assertUsable();
    this.db.write(() => this.generations.setEpoch(this.id, epoch));
    this.#epoch = epoch;
  }

  async apply(events: readonly RecordedEvent[], position: number, token?: string): Promise<void> {
    this.#assertUsable();
    if (position <= this.#position) return;
    // A file that could not be written for a while must not let memory grow: no new events until it can be.
    if (this.#dirty.size >= MAX_DIRTY) this.flushNow();
    const changed = this.db.read(() => this.#fold(events));
    for (const [id, entry] of changed) {
      this.#dirty.set(id, entry);
      this.#cache.delete(id);
    }
    if (position > this.#position) [this.#position, this.#token] = [position, token ?? null];
    this.#timer ??= setTimeout(() => this.#flushBehind(), WRITE_BEHIND_MS).unref();
  }

  async flush(): Promise<void> {
    this.#assertUsable();
    this.flushNow();
  }

  /** The document if memory holds a newer one than the table; undefined: ask the table. */
  unwritten(id: string): Entry | undefined {
    return this.#dirty.get(id);
  }

  /** @throws ReadModelUnavailable (nothing is lost, call it again) · GenerationDropped */
  flushNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#dropped || this.#written === this.#position) return;
    const written = this.db.write(() => this.#write());
    for (const [id, entry] of this.#dirty) this.#cache.set(id, entry, written.get(id) ?? 0);
    this.#dirty.clear();
    this.#written = this.#position;
  }

  /** No more writing: the generation was dropped or the read model is closing. */
  abandon(): void {
    this.#dropped = true;
    clearTimeout(this.#timer);
    this.#dirty.clear();
    this.#cache.clear();
  }

  #fold(events: readonly RecordedEvent[]): Map<string, Entry> {
    const stored = this.#storedPosition();
    if (stored > this.#position) {
      this.#dirty.clear();
      this.#cache.clear();
      this.#position = stored;
      this.#token = null;
    }
    const fresh = keyed(
      this.projection,
      events.filter((event) => event.position > this.#position),
    );
    return fold(this.projection, fresh.events, (id) => this.#entry(id));
  }

  #entry(id: string): Entry {
    const known = this.#dirty.get(id) ?? this.#cache.get(id);
    if (known) return known;
    const row = this.db.get(`select pos, doc from ${tableOf(this.id)} where id = ?`, id);
    if (!row) return ABSENT;
    const text = row.doc as string;
    const entry = { document: JSON.parse(text) as ViewDocument, position: row.pos as number };
    this.#cache.set(id, entry, text.length);
    return entry;
  }

  /** Writes documents that the table lacks; returns the length of each. */
  #write(): Map<string, number> {
    const lengths = new Map<string, number>();
    const stored = this.#storedPosition();
    if (stored >= this.#position) return lengths;
    const upsert = this.#upsertSql();
    for (const [id, { document, position }] of this.#dirty) {
      if (!document) {
        this.db.run(`delete from ${tableOf(this.id)} where id = ?`, id);
        continue;
      }
      const text = JSON.stringify(document);
      const values = this.#columns.map((column) => toColumn((document as unknown as Record<string, unknown>)[column]));
      this.db.run(upsert, id, ...values, position, text);
      lengths.set(id, text.length);
    }
    this.generations.setPosition(this.id, this.#position, this.#token);
    return lengths;
  }

  #upsertSql(): string {
    const columns = [...this.#columns.map((column) => `"f_${column}"`), 'pos', 'doc'];
    const table = tableOf(this.id);
    return (
      `insert into ${table} (id, ${columns.join(', ')}) values (?${', ?'.repeat(columns.length)}) ` +
      `on conflict (id) do update set ${columns.map((column) => `${column} = excluded.${column}`).join(', ')} ` +
      `where excluded.pos > ${table}.pos`
    );
  }

  #storedPosition(): number {
    const stored = this.generations.position(this.id);
    if (stored !== undefined) return stored;
    this.abandon();
    throw this.#droppedError();
  }

  #flushBehind(): void {
    this.#timer = undefined;
    try {
      this.flushNow();
    } catch {
      // Kept for the next flush; apply() throws the reason once too much has gathered, queries at once.
      if (!this.#dropped) this.#timer = setTimeout(() => this.#flushBehind(), WRITE_BEHIND_MS * 10).unref();
    }
  }

  #assertUsable(): void {
    if (this.#dropped) throw this.#droppedError();
  }

  #droppedError(): GenerationDropped {
    return new GenerationDropped(`${this.projection.name}: generation ${this.id} was dropped`);
  }
}
