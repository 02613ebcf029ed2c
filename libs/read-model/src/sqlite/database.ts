import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { ReadModelUnavailable } from '../port.js';
import { Checkpointer } from './checkpointer.js';
import { assertUsable, Damage, isDamage, isUnusable, SCHEMA_VERSION, setAside } from './damage.js';
import { Verifier } from './verifier.js';

export type Row = Record<string, SQLInputValue>;

// BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: https://sqlite.org/rescode.html
const unavailable = new Set([5, 6, 8, 10, 11, 13, 14, 26]);
// READONLY, IOERR, FULL
const notWritable = new Set([8, 10, 13]);
/** In the header of the file: it is in use, or was closed properly. Zero in files of earlier versions. */
const OPEN = 0x746d6b31;
const CLOSED = 0x746d6b30;
const MAX_STATEMENTS = 500;
/** How long a call may wait for another process's write: it blocks this whole process. */
const BUSY_MS = 300;

export interface DatabaseOptions {
  /** Creates or checks the tables, with each file that is opened. */
  readonly prepare: (db: Database) => void;
  /** The open file was damaged, and an empty one has taken its place. Receives what happened, for operators. */
  readonly onReplaced: (what: string) => void;
  /** Receives why the file could not be written, and undefined when it was. */
  readonly onWrite: (failure: string | undefined) => void;
}

/**
 * One SQLite file: prepared statements, transactions, and errors in the port's terms. Views can be rebuilt: a file that
 * is damaged is set aside, and an empty one takes its place, also while it is open.
 */
export class Database {
  #db!: DatabaseSync;
  #checkpointer!: Checkpointer;
  #verifier: Verifier | undefined;
  readonly #statements = new Map<string, StatementSync>();
  /** What happened when the file was opened; undefined when it could be used. */
  readonly replacedAtStart: string | undefined;
  #damage: string | undefined;
  #opening = false;

  /** Creates the file and its folder if necessary. @throws ReadModelUnavailable */
  constructor(
    readonly path: string,
    private readonly options: DatabaseOptions,
  ) {
    try {
      this.#open();
    } catch (error) {
      if (!isUnusable(error, path)) throw translated(path, error);
      this.replacedAtStart = this.#replace((error as Error).message);
    }
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#attempt(() => this.#prepare(sql).run(...values));
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#attempt(() => this.#prepare(sql).get(...values)) as Row | undefined;
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#attempt(() => this.#prepare(sql).all(...values)) as Row[];
  }

  exec(sql: string): void {
    this.#attempt(() => this.#db.exec(sql));
  }

  /** A stored JSON text. @throws ReadModelUnavailable when it is damaged */
  parse<T>(text: SQLInputValue | undefined): T {
    return this.#attempt(() => {
      try {
        return JSON.parse(text as string) as T;
      } catch {
        throw new Damage('a document is not valid JSON');
      }
    });
  }

  /** One consistent snapshot of the file, regardless of concurrent commits of other processes. */
  read<T>(work: () => T): T {
    return this.#transaction('begin', work);
  }

  write<T>(work: () => T): T {
    try {
      const result = this.#transaction('begin immediate', work);
      this.#checkpointer.committed();
      this.options.onWrite(undefined);
      return result;
    } catch (error) {
      const { errcode = 0 } = ((error as Error).cause ?? {}) as { errcode?: number };
      if (notWritable.has(errcode & 0xff)) this.options.onWrite((error as Error).message);
      throw error;
    }
  }

  async close(): Promise<void> {
    if (!this.#db.isOpen) return;
    // Of two connections the last one to be closed empties the write-ahead log.
    await this.#verifier?.stop();
    if (this.path !== ':memory:') this.#mark(CLOSED);
    this.#statements.clear();
    this.#db.close();
    await this.#checkpointer.stop();
  }

  #open(): void {
    const { path } = this;
    const stored = path !== ':memory:';
    if (stored) {
      mkdirSync(dirname(path), { recursive: true });
      assertUsable(path);
    }
    this.#opening = true;
    const [existed, hadLog] = [existsSync(path), existsSync(`${path}-wal`)];
    this.#checkpointer = new Checkpointer(path);
    this.#db = new DatabaseSync(path, { timeout: BUSY_MS });
    try {
      // Views can be rebuilt, so a power failure may lose the last commits, yet the file stays consistent.
      this.#db.exec('pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = normal');
      this.#db.exec('pragma cache_size = -16000; pragma wal_autocheckpoint = 4000');
      this.options.prepare(this);
      if (stored) this.#examine(existed, hadLog);
    } catch (error) {
      this.#statements.clear();
      this.#db.close();
      throw error instanceof ReadModelUnavailable ? error.cause : error;
    } finally {
      this.#opening = false;
    }
  }

  #examine(existed: boolean, hadLog: boolean): void {
    const version = this.get('pragma user_version')!.user_version as number;
    if (version > SCHEMA_VERSION)
      throw new Damage(`is from a later version (schema ${version}, not ${SCHEMA_VERSION})`);
    if (!hadLog && this.get('pragma application_id')!.application_id === OPEN)
      throw new Damage('its write-ahead log is missing');
    this.#mark(OPEN);
    if (existed) this.#verifier = new Verifier(this.path, (reason) => this.#damaged(reason));
  }

  /** Whether the file was closed properly, so that nothing is missing when there is no write-ahead log. */
  #mark(state: typeof OPEN | typeof CLOSED): void {
    try {
      this.#db.exec(`pragma user_version = ${SCHEMA_VERSION}; pragma application_id = ${state}`);
      if (state === OPEN) this.#db.exec('pragma wal_checkpoint(passive)');
    } catch (error) {
      // A disk that is full must not prevent reading.
      if (state === OPEN && isUnusable(error, this.path)) throw error;
    }
  }

  #replace(reason: string): string {
    try {
      const renamed = setAside(this.path, new Date());
      this.#open();
      return `${this.path}: ${reason}; it was renamed to ${renamed}`;
    } catch (error) {
      throw translated(this.path, error);
    }
  }

  /** Replaces the file once the running call has ended. */
  #damaged(reason: string): void {
    if (this.#opening || this.#damage !== undefined || this.path === ':memory:') return;
    this.#damage = reason;
    queueMicrotask(() => {
      this.#damage = undefined;
      if (!this.#db.isOpen) return;
      void this.#verifier?.stop();
      void this.#checkpointer.stop();
      this.#statements.clear();
      this.#db.close();
      this.options.onReplaced(this.#replace(reason));
    });
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

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isDamage(error)) this.#damaged((error as Error).message);
      throw translated(this.path, error);
    }
  }
}

/** The error in the port's terms, where it is one of the file's. */
function translated(path: string, error: unknown): unknown {
  const { errcode, code, syscall } = error as { errcode?: number; code?: string; syscall?: string };
  const closed = code === 'ERR_INVALID_STATE';
  const failed =
    error instanceof Damage || syscall !== undefined || (errcode !== undefined && unavailable.has(errcode & 0xff));
  if (!closed && !failed) return error;
  return new ReadModelUnavailable(`${path}: ${closed ? 'the read model is closed' : (error as Error).message}`, {
    cause: error,
  });
}
