import { indexedFields, indexKeys, type AnyDefinition } from '../query.js';
import type { Database, Row } from './database.js';

/** A row of the table `generations`: one build of a view, with a table of its own. */
export interface GenerationRow {
  readonly id: number;
  readonly version: number;
  /** The indexed fields, each with a column in the generation's table. */
  readonly columns: ReadonlySet<string>;
  /** Whether each document has a checksum; tables of earlier versions have none. */
  readonly summed: boolean;
  /** The log position that the table reflects. */
  readonly position: number;
  readonly epoch: string | null;
  readonly token: string | null;
}

/** An unfinished generation without a write for this long was left behind by a process that died. */
const ABANDONED_MS = 60_000;

/** The directory of generations: which exist, which one is live, the position of each. */
export class Generations {
  readonly #tables = new Map<number, Pick<GenerationRow, 'columns' | 'summed'>>();

  constructor(
    private readonly db: Database,
    private readonly namespace: string,
  ) {}

  /** After another file has taken the place of the one before. */
  forget(): void {
    this.#tables.clear();
  }

  live(definition: AnyDefinition): GenerationRow | null {
    const sql = 'select * from generations where name = ? and live = 1';
    const row = this.db.get(sql, this.#name(definition));
    return row ? this.#toRow(row) : null;
  }

  /** The stored position; undefined when the generation was dropped. */
  position(id: number): number | undefined {
    return this.db.get('select position from generations where id = ?', id)?.position as number | undefined;
  }

  setPosition(id: number, position: number, token: string | null): void {
    const sql = 'update generations set position = ?, token = ?, touched_at = ? where id = ?';
    this.db.run(sql, position, token, Date.now(), id);
  }

  setEpoch(id: number, epoch: string): void {
    this.db.run('update generations set epoch = ? where id = ?', epoch, id);
  }

  create(definition: AnyDefinition): GenerationRow {
    const columns = indexedFields(definition);
    this.db.run(
      'insert into generations (name, version, columns, touched_at) values (?, ?, ?, ?)',
      this.#name(definition),
      definition.version,
      JSON.stringify(columns),
      Date.now(),
    );
    const id = this.db.get('select last_insert_rowid() as id')!.id as number;
    const table = tableOf(id);
    const fields = columns.map((column) => `"f_${column}", `).join('');
    this.db.exec(
      `create table ${table} (rid integer primary key, id text not null unique, ${fields}pos integer not null, doc text not null, sum integer)`,
    );
    definition.indexes.forEach((index, number) => {
      const keys = indexKeys(index).map(
        ([field, direction]) => `${field === 'id' ? 'id' : `"f_${field}"`} ${direction}`,
      );
      this.db.exec(`create index "${table}_${number}" on ${table} (${keys.join(', ')})`);
    });
    const none = { position: -1, epoch: null, token: null };
    return { id, version: definition.version, columns: new Set(columns), summed: true, ...none };
  }

  /** Makes it the live one; returns the ids of those that it replaces. */
  makeLive(definition: AnyDefinition, id: number): number[] {
    const name = this.#name(definition);
    const replaced = this.db.all('select id from generations where name = ? and live = 1 and id <> ?', name, id);
    for (const { id: old } of replaced) this.drop(old as number);
    this.db.run('update generations set live = 1 where id = ?', id);
    return replaced.map(({ id: old }) => old as number);
  }

  drop(id: number): void {
    this.db.exec(`drop table if exists ${tableOf(id)}`);
    this.db.run('delete from generations where id = ?', id);
    this.#tables.delete(id);
  }

  dropAbandoned(definition: AnyDefinition): void {
    const sql = 'select id from generations where name = ? and live = 0 and touched_at < ?';
    const rows = this.db.all(sql, this.#name(definition), Date.now() - ABANDONED_MS);
    for (const { id } of rows) this.drop(id as number);
  }

  #name({ name }: AnyDefinition): string {
    if (!/^[A-Za-z0-9-]+$/.test(name)) throw new TypeError(`projection name "${name}": letters, digits and - only`);
    return this.namespace === '' ? name : `${this.namespace}/${name}`;
  }

  #toRow({ id, columns, ...row }: Row): GenerationRow {
    let table = this.#tables.get(id as number);
    if (!table) {
      const sums = `select count(*) as found from pragma_table_info('${tableOf(id as number)}') where name = 'sum'`;
      const set = new Set(this.db.parse<string[]>(columns));
      this.#tables.set(id as number, (table = { columns: set, summed: this.db.get(sums)!.found === 1 }));
    }
    return { ...(row as unknown as GenerationRow), id: id as number, ...table };
  }
}

/** Creates the directory in a new file. */
export function createTables(db: Database): void {
  // autoincrement: an id is never used again, so a late writer of a dropped generation cannot write to a new one.
  db.exec(`
    create table if not exists generations (
      id integer primary key autoincrement, name text not null, version integer not null, columns text not null,
      live integer not null default 0, position integer not null default -1, touched_at integer not null);
    create unique index if not exists one_live_generation on generations (name) where live = 1;
    create table if not exists labels (namespace text primary key, value text not null)`);
  const columns = new Set(db.all('pragma table_info(generations)').map(({ name }) => name));
  for (const added of ['epoch', 'token'])
    if (!columns.has(added)) db.exec(`alter table generations add column ${added} text`);
  db.get('select id, name, version, columns, live, position, touched_at from generations');
}

export function tableOf(id: number): string {
  return `view_${id}`;
}
