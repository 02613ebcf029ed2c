import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Conditions } from '@tidemark/foundation';
import { RecordStoreUnavailable } from '../port.js';

export type Row = Record<string, SQLInputValue>;
export type Values = readonly SQLInputValue[];

const SCHEMA_VERSION = 1;
/** How long a call may wait for another process's write: it blocks this whole process. */
const BUSY_MS = 300;

/** The SQLite file of a record store, of one process at a time. Every method throws RecordStoreUnavailable. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Creates the file and its folder if necessary. */
  constructor(
    private readonly path: string,
    private readonly conditions: Conditions | undefined,
    tables: string,
  ) {
    try {
      if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
      this.#db = new DatabaseSync(path, { timeout: BUSY_MS });
      this.#db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16000');
      const { user_version: version } = this.#db.prepare('pragma user_version').get() as { user_version: number };
      if (version > SCHEMA_VERSION)
        throw new Error(`is from a later version (schema ${version}, not ${SCHEMA_VERSION})`);
      this.#db.exec(tables);
      this.#db.exec(`pragma user_version = ${SCHEMA_VERSION}`);
    } catch (error) {
      throw unavailable(path, error);
    }
  }

  get(sql: string, values: Values = []): Row | undefined {
    return this.#attempt(() => this.#prepare(sql).get(...values)) as Row | undefined;
  }

  all(sql: string, values: Values = []): Row[] {
    return this.#attempt(() => this.#prepare(sql).all(...values)) as Row[];
  }

  run(sql: string, values: Values = []): void {
    this.#attempt(() => this.#prepare(sql).run(...values));
  }

  /** Runs the work in one transaction, durable when it returns. */
  transaction<T>(work: () => T): T {
    try {
      this.#db.exec('begin immediate');
      try {
        const result = work();
        this.#db.exec('commit');
        this.conditions?.clear('records.db');
        return result;
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('rollback');
        throw error;
      }
    } catch (error) {
      const failure = unavailable(this.path, error);
      this.conditions?.raise(
        'records.db',
        `${failure.message}. Integrations without a destination wait; free some space`,
      );
      throw failure;
    }
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.#statements.clear();
    this.#db.close();
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw unavailable(this.path, error);
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }
}

const unavailable = (path: string, error: unknown): RecordStoreUnavailable =>
  error instanceof RecordStoreUnavailable
    ? error
    : new RecordStoreUnavailable(`${path}: ${(error as Error).message}`, { cause: error });
