import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Json } from '@tidemark/foundation';
import { VaultUnavailable, type StoredSecret, type VaultStore } from '../port.js';

const BUSY_MS = 2000;
const SCHEMA_VERSION = 1;

/** One SQLite file that only its owner can read. A write is durable when it resolves. */
export class SqliteVaultStore implements VaultStore {
  readonly #db: DatabaseSync;

  /** Creates the file and its folder if necessary. @throws VaultUnavailable */
  constructor(private readonly path: string) {
    try {
      if (path !== ':memory:') {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        closeSync(openSync(path, 'a', 0o600));
        chmodSync(path, 0o600);
      }
      this.#db = new DatabaseSync(path, { timeout: BUSY_MS });
      this.#db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on');
      const { user_version: version } = this.#db.prepare('pragma user_version').get() as { user_version: number };
      if (version > SCHEMA_VERSION)
        throw new Error(`is from a later version (schema ${version}, not ${SCHEMA_VERSION})`);
      // A removed one keeps its version, without a value.
      this.#db.exec('create table if not exists secrets (id text primary key, version integer not null, value blob)');
      this.#db.exec('create table if not exists labels (id integer primary key check (id = 1), value text not null)');
      this.#db.exec(`pragma user_version = ${SCHEMA_VERSION}`);
    } catch (error) {
      throw unavailable(path, error);
    }
  }

  async label(): Promise<Json | undefined> {
    const row = this.#attempt(() => this.#db.prepare('select value from labels').get());
    return row && (JSON.parse(row['value'] as string) as Json);
  }

  async setLabel(label: Json): Promise<void> {
    const sql = 'insert or replace into labels values (1, ?)';
    this.#attempt(() => this.#db.prepare(sql).run(JSON.stringify(label)));
  }

  async get(id: string): Promise<StoredSecret | undefined> {
    const row = this.#attempt(() => this.#db.prepare('select version, value from secrets where id = ?').get(id));
    if (!row || row['value'] === null) return undefined;
    return { version: row['version'] as number, value: row['value'] as Uint8Array };
  }

  async compareAndPut(id: string, version: number, value: Uint8Array): Promise<number | null> {
    const sql =
      version === 0
        ? `insert into secrets values (?1, 1, ?2)
            on conflict (id) do update set version = version + 1, value = excluded.value where value is null returning version`
        : `update secrets set version = version + 1, value = ?2 where id = ?1 and version = ${Number(version)}
            and value is not null returning version`;
    const row = this.#attempt(() => this.#db.prepare(sql).get(id, value));
    return row ? (row['version'] as number) : null;
  }

  async remove(id: string): Promise<void> {
    const sql = 'update secrets set version = version + 1, value = null where id = ? and value is not null';
    this.#attempt(() => this.#db.prepare(sql).run(id));
  }

  async ids(prefix: string): Promise<readonly string[]> {
    const sql = 'select id from secrets where value is not null and substr(id, 1, ?) = ? order by id';
    const rows = this.#attempt(() => this.#db.prepare(sql).all([...prefix].length, prefix));
    return rows.map(({ id }) => id as string);
  }

  async ping(): Promise<void> {
    this.#attempt(() => this.#db.prepare('select 1').get());
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw unavailable(this.path, error);
    }
  }
}

const unavailable = (path: string, error: unknown) =>
  new VaultUnavailable(`${path}: ${(error as Error).message}`, { cause: error });
