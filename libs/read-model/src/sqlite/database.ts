import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { ReadModelUnavailable } from '../port.js';
import { Checkpointer } from './checkpointer.js';

export type Row = Record<string, SQLInputValue>;

// BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: https://sqlite.org/rescode.html
const unavailable = new Set([5, 6, 8, 10, 11, 13, 14, 26]);
const MAX_STATEMENTS = 500;
/** How long a call may wait for another process's write: it blocks this whole process. */
const BUSY_MS = 300;

/** One SQLite file: prepared statements, transactions, and errors in the port's terms. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #checkpointer: Checkpointer;
  readonly #statements = new Map<string, StatementSync>();

  /** Creates the file and its folder if necessary. @throws ReadModelUnavailable */
  constructor(readonly path: string) {
    this.#checkpointer = new Checkpointer(path);
    this.#db = translated(path, () => {
      if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
      const db = new DatabaseSync(path, { timeout: BUSY_MS });
      // Views can be rebuilt, so a power failure may lose the last commits, yet the file stays consistent.
      db.exec('pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = normal');
      db.exec('pragma cache_size = -16000; pragma wal_autocheckpoint = 4000');
      return db;
    });
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    translated(this.path, () => this.#prepare(sql).run(...values));
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return translated(this.path, () => this.#prepare(sql).get(...values)) as Row | undefined;
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return translated(this.path, () => this.#prepare(sql).all(...values)) as Row[];
  }

  exec(sql: string): void {
    translated(this.path, () => this.#db.exec(sql));
  }

  /** One consistent snapshot of the file, regardless of concurrent commits of other processes. */
  read<T>(work: () => T): T {
    return this.#transaction('begin', work);
  }

  write<T>(work: () => T): T {
    const result = this.#transaction('begin immediate', work);
    this.#checkpointer.committed();
    return result;
  }

  async close(): Promise<void> {
    if (!this.#db.isOpen) return;
    this.#statements.clear();
    this.#db.close();
    await this.#checkpointer.stop();
  }

  #transaction<T>(begin: string, work: () => T): T {
    this.run(begin);
    try {
      const result = work();
      this.run('commit');
      return result;
    } catch (error) {
      if (this.#db.isOpen && this.#db.isTransaction) this.exec('rollback');
      throw error;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
      this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    }
    return statement;
  }
}

function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { errcode, code, syscall } = error as { errcode?: number; code?: string; syscall?: string };
    const closed = code === 'ERR_INVALID_STATE';
    if (!closed && syscall === undefined && !(errcode !== undefined && unavailable.has(errcode & 0xff))) throw error;
    throw new ReadModelUnavailable(`${path}: ${closed ? 'the read model is closed' : (error as Error).message}`, {
      cause: error,
    });
  }
}
