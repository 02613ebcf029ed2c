import type { SQLInputValue } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import type { Place, RecordedEvent } from '@tidemark/event-store';
import { ABSENT, fold, keyed, type Entry } from '../fold.js';
import { GenerationDropped, type Generation, type Projection, type ViewDocument } from '../port.js';
import type { Database, Row } from './database.js';
import { DocumentCache } from './document-cache.js';
import { tableOf, type GenerationRow, type Generations } from './generations.js';
import { toColumn } from './sql.js';
import { checkedText } from './verifier.js';

const WRITE_BEHIND_MS = 75;
/** Writing 250 documents blocks the process for about 5 ms. */
const MAX_DIRTY = 250;
/** Documents compared in one transaction, which holds up the process. */
const PAGE = 200;
const CACHE_CHARACTERS = 4 * 1024 * 1024;

export interface RepairedPage {
  readonly documents: number;
  readonly repaired: number;
  /** The last id compared; undefined: there are no more. */
  readonly last: string | undefined;
}

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
  readonly #summed: boolean;
  readonly #gone = Promise.withResolvers<void>();
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
    this.#summed = row.summed;
  }

  get isDropped(): boolean {
    return this.#dropped;
  }

  get gone(): Promise<void> {
    return this.#gone.promise;
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

  /** Writes those of the next documents after `after` again that differ from the ones in `from`, in the caller's transaction. */
  repairPage(from: SqliteGeneration<ViewDocument>, after: string): RepairedPage {
    const page = this.db.all(
      `select id, pos, doc from ${tableOf(from.id)} where id > ? order by id limit ?`,
      after,
      PAGE,
    );
    let repaired = 0;
    for (const row of page) {
      const [id, position, text] = [row.id as string, row.pos as number, row.doc as string];
      if (position > this.#position) continue; // not missing yet
      const stored = this.db.get(`select * from ${tableOf(this.id)} where id = ?`, id);
      if (stored && (stored.pos as number) > position) continue;
      const document = this.db.parse<ViewDocument>(text);
      if (stored && stored.pos === position && this.#isSame(stored, document)) continue;
      this.db.run(`delete from ${tableOf(this.id)} where id = ?`, id);
      this.#upsert(id, document, position, text);
      this.#cache.delete(id);
      repaired += 1;
    }
    return { documents: page.length, repaired, last: page.length < PAGE ? undefined : (page.at(-1)!.id as string) };
  }

  /** No more writing: the generation was dropped or the read model is closing. */
  abandon(): void {
    this.#dropped = true;
    clearTimeout(this.#timer);
    this.#dirty.clear();
    this.#cache.clear();
  }

  /** The file was replaced: folding has to start again, also while no events arrive. */
  lose(): void {
    this.abandon();
    this.#gone.resolve();
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
    const entry = { document: this.db.parse<ViewDocument>(text), position: row.pos as number };
    this.#cache.set(id, entry, text.length);
    return entry;
  }

  /** Writes documents that the table lacks; returns the length of each. */
  #write(): Map<string, number> {
    const lengths = new Map<string, number>();
    const stored = this.#storedPosition();
    if (stored >= this.#position) return lengths;
    for (const [id, { document, position }] of this.#dirty) {
      if (!document) {
        this.db.run(`delete from ${tableOf(this.id)} where id = ?`, id);
        continue;
      }
      const text = JSON.stringify(document);
      this.#upsert(id, document, position, text);
      lengths.set(id, text.length);
    }
    this.generations.setPosition(this.id, this.#position, this.#token);
    return lengths;
  }

  #upsert(id: string, document: ViewDocument, position: number, text: string): void {
    const columns = this.#columnsOf(document);
    const row = Object.fromEntries(this.#columns.map((column, index) => [`f_${column}`, columns[index]]));
    const sum = this.#summed ? [crc32(checkedText({ id, ...row, pos: position, doc: text }))] : [];
    this.db.run(this.#upsertSql(), id, ...columns, position, text, ...sum);
  }

  #isSame(stored: Row, document: ViewDocument): boolean {
    const columns = this.#columnsOf(document).map((value) => (value instanceof Uint8Array ? value[0] : value));
    const found = this.#columns.map((column) => {
      const value = stored[`f_${column}`];
      return value instanceof Uint8Array ? value[0] : value;
    });
    try {
      return isDeepStrictEqual(found, columns) && isDeepStrictEqual(JSON.parse(stored.doc as string), document);
    } catch {
      return false; // damaged text
    }
  }

  #columnsOf(document: ViewDocument): SQLInputValue[] {
    return this.#columns.map((column) => toColumn((document as unknown as Record<string, unknown>)[column]));
  }

  #upsertSql(): string {
    const sum = this.#summed ? ['sum'] : [];
    const columns = [...this.#columns.map((column) => `"f_${column}"`), 'pos', 'doc', ...sum];
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
    throw droppedError(this.projection.name, this.id);
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
    if (this.#dropped) throw droppedError(this.projection.name, this.id);
  }
}

export function droppedError(view: string, id: number): GenerationDropped {
  return new GenerationDropped(`${view}: generation ${id} was dropped`);
}
