import { randomUUID } from 'node:crypto';
import type { SQLInputValue } from 'node:sqlite';
import type { Conditions, Json, JsonObject } from '@tidemark/foundation';
import { contentHash, isStale, lastUpdate, resultOf, seenBy, type Known } from '../content.js';
import { parseCursor, START, toCursor } from '../cursor.js';
import {
  type IncomingRecord,
  type RecordBatch,
  type RecordPage,
  type RecordQuery,
  type RecordResult,
  type RecordStore,
  type StoredRecord,
  type Unseen,
} from '../port.js';
import type { Scope } from '../scope.js';
import { Database, type Row } from './database.js';
import { failedRowTables, SqliteFailedRows } from './sqlite-failed-rows.js';

const tables = `
  create table if not exists records (
    tenant text not null, connection text not null, object text not null, external_id text not null,
    data text not null, hash text not null, deleted integer not null, updated_at text,
    first_seen integer not null, last_seen integer not null, changed_at integer not null,
    sequence integer not null, job text not null, batch text not null, result text not null,
    primary key (tenant, connection, object, external_id)
  ) without rowid;
  create index if not exists records_changes on records (tenant, connection, sequence);
  create index if not exists records_of_object on records (tenant, connection, object, sequence);
  create table if not exists scopes (
    tenant text not null, connection text not null, marks text not null, generation text not null,
    primary key (tenant, connection)
  ) without rowid;
  create table if not exists labels (id integer primary key check (id = 1), value text not null);
  create table if not exists sequences (id integer primary key check (id = 1), last integer not null);
  insert or ignore into sequences values (1, 0);`;

/** One SQLite file, of one process at a time. A write is durable when it resolves. */
export class SqliteRecordStore implements RecordStore {
  readonly failedRows: SqliteFailedRows;
  readonly #db: Database;

  /** Creates the file and its folder if necessary. @throws RecordStoreUnavailable */
  constructor(path: string, { conditions }: { readonly conditions?: Conditions } = {}) {
    this.#db = new Database(path, conditions, tables + failedRowTables);
    this.failedRows = new SqliteFailedRows(this.#db);
  }

  async write(batch: RecordBatch): Promise<readonly RecordResult[]> {
    const { tenant, connectionId, id, object, records, at } = batch;
    return this.#write((next) =>
      records.map((record) => {
        const key = [tenant, connectionId, object, record.externalId];
        const hash = record.deleted ? '' : contentHash(record.data);
        const before = this.#known(key);
        const result = resultOf(record, hash, before, batch);
        const jobId = seenBy(batch, before);
        if (before?.batch === id) return result;
        if (result === 'created' || result === 'updated')
          this.#put(key, record, { hash, sequence: next(), jobId, id, result, at });
        else if (result === 'deleted') this.#markDeleted(key, { sequence: next(), jobId, id, at });
        else if (before)
          this.#db.run(`update records set last_seen = ?, updated_at = ?, job = ?, batch = ?, result = ? ${byKey}`, [
            at,
            lastUpdate(record, before),
            jobId,
            id,
            result,
            ...key,
          ]);
        return result;
      }),
    );
  }

  async areOlder(batch: RecordBatch): Promise<readonly boolean[]> {
    const { tenant, connectionId, object, records } = batch;
    return records.map((record) => {
      const known = this.#known([tenant, connectionId, object, record.externalId]);
      return known !== undefined && isStale(record, known, batch);
    });
  }

  #known(key: readonly string[]): Known | undefined {
    const row = this.#db.get(
      `select hash, deleted, updated_at as "updatedAt", job, last_seen as "lastSeenAt", changed_at as "changedAt",
        batch, result from records ${byKey}`,
      key,
    );
    return row && knownOf(row);
  }

  async listUnseen({
    tenant,
    connectionId,
    object,
    jobId,
    after = '',
    limit,
  }: Parameters<RecordStore['listUnseen']>[0]) {
    const rows = this.#db.all(
      `select * from records where tenant = ? and connection = ? and object = ? and external_id > ?
        and deleted = 0 and ${unseenBy} order by external_id limit ?`,
      [tenant, connectionId, object, after, jobId, jobId, limit],
    );
    return rows.map(storedOf);
  }

  async countUnseen({ tenant, connectionId, object, jobId }: Unseen) {
    const row = this.#db.get(
      `select count(*) as total, count(*) filter (where ${unseenBy}) as unseen from records
        where tenant = ? and connection = ? and object = ? and deleted = 0`,
      [jobId, jobId, tenant, connectionId, object],
    )!;
    return { total: Number(row['total']), unseen: Number(row['unseen']) };
  }

  async get({ tenant, connectionId }: Scope, object: string, externalId: string): Promise<StoredRecord | undefined> {
    const row = this.#db.get(`select * from records ${byKey}`, [tenant, connectionId, object, externalId]);
    return row && storedOf(row);
  }

  async list({ tenant, connectionId }: Scope, query: RecordQuery): Promise<RecordPage> {
    const { object, changedSince, deleted, cursor, limit } = query;
    const { generation } = this.#scope({ tenant, connectionId });
    const { sequence: after } = cursor === undefined ? START : parseCursor(cursor, generation);
    const conditions = ['tenant = ?', 'connection = ?', 'sequence > ?'];
    const values: SQLInputValue[] = [tenant, connectionId, after];
    const add = (condition: string, value: SQLInputValue) => {
      conditions.push(condition);
      values.push(value);
    };
    if (object !== undefined) add('object = ?', object);
    if (changedSince !== undefined) add('changed_at >= ?', changedSince);
    if (deleted !== undefined) add('deleted = ?', deleted ? 1 : 0);
    const rows = this.#db.all(`select * from records where ${conditions.join(' and ')} order by sequence limit ?`, [
      ...values,
      limit + 1,
    ]);
    const records = rows.slice(0, limit);
    const last = records.at(-1);
    const end = toCursor({ sequence: last ? (last['sequence'] as number) : after, order: 0 }, generation);
    return { records: records.map(storedOf), next: rows.length > limit ? end : null, end };
  }

  async remove(scope: Scope): Promise<void> {
    const { tenant, connectionId } = scope;
    // What it keeps for its destinations is under `<connection>/<name>`.
    const own = [tenant, connectionId, `${connectionId}/`, `${connectionId}0`];
    this.#write(() => {
      for (const table of ['records', 'scopes'])
        this.#db.run(
          `delete from ${table} where tenant = ? and (connection = ? or (connection > ? and connection < ?))`,
          own,
        );
    });
    await this.failedRows.remove(scope);
  }

  async mark(scope: Scope, jobId: string): Promise<void> {
    const { marks, generation } = this.#scope(scope);
    if (marks[0] !== jobId) this.#setScope(scope, { marks: [jobId, ...marks.slice(0, 1)], generation });
  }

  async marks(scope: Scope): Promise<readonly string[]> {
    return this.#scope(scope).marks;
  }

  async invalidateCursors(scope: Scope): Promise<void> {
    this.#setScope(scope, { ...this.#scope(scope), generation: randomUUID() });
  }

  async label(): Promise<Json | undefined> {
    const row = this.#db.get('select value from labels', []);
    return row && (JSON.parse(row['value'] as string) as Json);
  }

  async setLabel(label: Json): Promise<void> {
    this.#write(() => this.#db.run('insert or replace into labels values (1, ?)', [JSON.stringify(label)]));
  }

  async ping(): Promise<void> {
    this.#db.get('select 1 as one');
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #scope({ tenant, connectionId }: Scope): ScopeState {
    const row = this.#db.get('select marks, generation from scopes where tenant = ? and connection = ?', [
      tenant,
      connectionId,
    ]);
    if (!row) return { marks: [], generation: '' };
    return { marks: JSON.parse(row['marks'] as string) as string[], generation: row['generation'] as string };
  }

  #setScope({ tenant, connectionId }: Scope, { marks, generation }: ScopeState): void {
    const values = [tenant, connectionId, JSON.stringify(marks), generation];
    this.#write(() => this.#db.run('insert or replace into scopes values (?, ?, ?, ?)', values));
  }

  #put(
    key: readonly string[],
    { data, updatedAt }: IncomingRecord,
    { hash, sequence, jobId, id, result, at }: Stamp & { readonly hash: string; readonly result: RecordResult },
  ): void {
    this.#db.run(
      `insert into records values (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict do update set data = excluded.data, hash = excluded.hash, deleted = 0, updated_at = excluded.updated_at,
          last_seen = excluded.last_seen, changed_at = excluded.changed_at, sequence = excluded.sequence,
          job = excluded.job, batch = excluded.batch, result = excluded.result`,
      [...key, JSON.stringify(data), hash, updatedAt ?? null, at, at, at, sequence, jobId, id, result],
    );
  }

  #markDeleted(key: readonly string[], { sequence, jobId, id, at }: Stamp): void {
    this.#db.run(
      `update records set deleted = 1, changed_at = ?, sequence = ?, job = ?, batch = ?, result = 'deleted' ${byKey}`,
      [at, sequence, jobId, id, ...key],
    );
  }

  /** One transaction; each change in it has a number of its own, and they become visible in that order. */
  #write<T>(work: (next: () => number) => T): T {
    return this.#db.transaction(() => {
      let last = Number(this.#db.get('select last from sequences')!['last']);
      const result = work(() => (last += 1));
      this.#db.run('update sequences set last = ?', [last]);
      return result;
    });
  }
}

interface ScopeState {
  readonly marks: readonly string[];
  /** Empty until cursors became invalid for the first time. */
  readonly generation: string;
}

interface Stamp {
  readonly sequence: number;
  readonly jobId: string;
  /** Of the batch. */
  readonly id: string;
  readonly at: number;
}

/** Twice the job. */
const unseenBy = `job <> ? and not glob(? || '+*', job)`;

const byKey = 'where tenant = ? and connection = ? and object = ? and external_id = ?';

const knownOf = (row: Row): Known => ({ ...(row as unknown as Known), deleted: row['deleted'] === 1 });

function storedOf(row: Row): StoredRecord {
  const updatedAt = row['updated_at'] as string | null;
  return {
    object: row['object'] as string,
    externalId: row['external_id'] as string,
    data: JSON.parse(row['data'] as string) as JsonObject,
    hash: row['hash'] as string,
    deleted: row['deleted'] === 1,
    ...(updatedAt !== null && { updatedAt }),
    firstSeenAt: row['first_seen'] as number,
    lastSeenAt: row['last_seen'] as number,
    changedAt: row['changed_at'] as number,
  };
}
