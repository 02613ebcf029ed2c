import type { Place } from '@tidemark/event-store';
import { BEING_BUILT, CANNOT_BE_WRITTEN, olderVersion } from '../degraded.js';
import {
  ReadModelUnavailable,
  type Query,
  type QueryResult,
  type View,
  type ViewDefinition,
  type ViewDocument,
} from '../port.js';
import { COUNTED, pageOfList, plan, type Plan } from '../plan.js';
import { conditions } from '../query.js';
import { scanById } from '../scan.js';
import type { Database } from './database.js';
import { tableOf, type GenerationRow, type Generations } from './generations.js';
import { orderSql, whereSql } from './sql.js';
import type { SqliteGeneration } from './sqlite-generation.js';

/** Reads the generation that is live at the time of the call. */
export class SqliteView<D extends ViewDocument> implements View<D> {
  constructor(
    private readonly db: Database,
    private readonly generations: Generations,
    private readonly definition: ViewDefinition<D>,
    private readonly writerOf: (id: number) => SqliteGeneration<ViewDocument> | undefined,
  ) {}

  async get(id: string): Promise<D | null> {
    return this.db.read(() => {
      const live = this.#live();
      if (!live) return null;
      const unwritten = this.writerOf(live.id)?.unwritten(id);
      // A copy, so that a reader cannot change the next fold's input.
      if (unwritten) return JSON.parse(JSON.stringify(unwritten.document)) as D | null;
      const row = this.db.get(`select doc from ${tableOf(live.id)} where id = ?`, id);
      return row ? this.db.parse<D>(row.doc) : null;
    });
  }

  async query(query: Query<D>): Promise<QueryResult<D>> {
    const checked = plan(this.definition, query);
    return this.#readFlushed((live, degraded) => {
      if (!live) return { data: [], total: 0, asOf: -1, degraded: BEING_BUILT };
      const documents = this.#page(live, checked);
      const isAll = query.after === undefined && checked.offset === 0 && documents.length <= checked.limit;
      const where = whereSql(checked.where, live.columns);
      const counted = isAll ? documents.length : this.#count(live, where, COUNTED + 1);
      return pageOfList(query, documents, counted, {
        asOf: live.position,
        ...(degraded !== undefined && { degraded }),
      });
    });
  }

  /** One more than the limit, if there are so many. */
  #page(live: GenerationRow, checked: Plan): D[] {
    const documents: D[] = [];
    for (const part of checked.parts) {
      const { text, values } = whereSql(part, live.columns);
      const sql = `select doc from ${tableOf(live.id)} ${text} ${orderSql(checked.order, live.columns)} limit ? offset ?`;
      const missing = checked.limit + 1 - documents.length;
      for (const row of this.db.all(sql, ...values, missing, checked.offset)) documents.push(this.db.parse<D>(row.doc));
      if (documents.length > checked.limit) break;
    }
    return documents;
  }

  async count(where?: Query<D>['where']): Promise<number> {
    const checked = conditions(this.definition, where);
    return this.#readFlushed((live) => (live ? this.#count(live, whereSql(checked, live.columns)) : 0));
  }

  scan(where?: Query<D>['where']): AsyncIterable<D> {
    return scanById<D>(conditions(this.definition, where), async (matching, limit) =>
      this.#readFlushed((live) => {
        if (!live) return [];
        const { text, values } = whereSql(matching, live.columns);
        const rows = this.db.all(`select doc from ${tableOf(live.id)} ${text} order by id limit ?`, ...values, limit);
        return rows.map((row) => this.db.parse<D>(row.doc));
      }),
    );
  }

  async position(): Promise<number> {
    const live = this.#live();
    return live ? Math.max(live.position, this.writerOf(live.id)?.position ?? -1) : -1;
  }

  async place(): Promise<Place> {
    const live = this.#live();
    if (!live) return { position: -1 };
    const { position, epoch, token } = live;
    return { position, ...(epoch !== null && { epoch }), ...(token !== null && { token }) };
  }

  #live(): GenerationRow | null {
    return this.generations.live(this.definition);
  }

  #count(live: GenerationRow, where: ReturnType<typeof whereSql>, most = -1): number {
    const sql = `select count(*) as total from (select 1 from ${tableOf(live.id)} ${where.text} limit ?)`;
    return this.db.get(sql, ...where.values, most)!.total as number;
  }

  /** @param work receives why the table is not current, if it is not */
  #readFlushed<T>(work: (live: GenerationRow | null, degraded: string | undefined) => T): T {
    const before = this.#live();
    const unwritten = before ? this.#flushed(before.id) : undefined;
    return this.db.read(() => {
      const live = this.#live();
      return work(live, unwritten ?? olderVersion(this.definition, live));
    });
  }

  /** The table can be read while it cannot be written: the disk is full, say. Returns why it is not current. */
  #flushed(id: number): string | undefined {
    try {
      this.writerOf(id)?.flushNow();
      return undefined;
    } catch (error) {
      if (!(error instanceof ReadModelUnavailable)) throw error;
      return CANNOT_BE_WRITTEN;
    }
  }
}
