import type { JsonObject } from '@tidemark/foundation';
import type { SQLInputValue } from 'node:sqlite';
import { describeRefused } from '../content.js';
import { parsePosition, toPosition } from '../cursor.js';
import {
  type Decision,
  type FailedRow,
  type FailedRowFilter,
  type FailedRowPage,
  type FailedRowQuery,
  type FailedRows,
  type RefusedRow,
  type RowKey,
  type TriedRows,
} from '../failed-rows.js';
import type { Scope } from '../scope.js';
import type { Database, Row } from './database.js';

/** A row that has arrived is kept, closed, while a decision about it holds. */
export const failedRowTables = `
  create table if not exists failed_rows (
    tenant text not null, connection text not null, id text not null, destination text not null, object text not null,
    key text not null, key_text text not null, is_open integer not null, since integer not null, tries integer not null,
    tried_at integer not null, job text not null, code text not null, message text not null, pattern text not null,
    field text, data text not null, action text, hash text not null,
    decided_set text, decided_by text, decided_at integer, decided_hash text,
    primary key (tenant, connection, id)
  ) without rowid;
  create index if not exists failed_rows_by_age on failed_rows (tenant, connection, is_open, since, id);`;

const byId = 'where tenant = ? and connection = ? and id = ?';
const noDecision = 'decided_set = null, decided_by = null, decided_at = null, decided_hash = null';

/** Failed rows in the SQLite file of the record store. */
export class SqliteFailedRows implements FailedRows {
  constructor(private readonly db: Database) {}

  async record({ tenant, connectionId, jobId, at, refused, settled, changed = [] }: TriedRows): Promise<void> {
    if (refused.length + settled.length + changed.length === 0) return;
    this.db.transaction(() => {
      for (const id of changed) this.db.run(`update failed_rows set ${noDecision} ${byId}`, [tenant, connectionId, id]);
      for (const id of settled) this.#close(`${byId}`, [tenant, connectionId, id]);
      for (const row of refused) this.#put([tenant, connectionId], row, jobId, at);
    });
  }

  async list(scope: Scope, { after, skip = 0, limit, ...filter }: FailedRowQuery): Promise<FailedRowPage> {
    const { where, values } = conditions(scope, filter);
    const total = this.db.get(`select count(*) as n from failed_rows ${where}`, values)!['n'] as number;
    const [since, id] = after === undefined ? [-1, ''] : parsePosition(after);
    const found = this.db.all(
      `select * from failed_rows ${where} and (since, id) > (?, ?) order by since, id limit ? offset ?`,
      [...values, since, id, limit + 1, skip],
    );
    const rows = found.slice(0, limit).map(rowOf);
    const last = rows.at(-1);
    return { rows, total, next: found.length > limit && last ? toPosition(last.since, last.id) : null };
  }

  async decide({ tenant, connectionId }: Scope, id: string, decision: Decision): Promise<FailedRow | undefined> {
    const { set, by, at, hash } = decision;
    const key = [tenant, connectionId, id];
    return this.db.transaction(() => {
      const found = this.db.get(`select * from failed_rows ${byId} and is_open = 1`, key);
      if (!found) return undefined;
      this.db.run(
        `update failed_rows set is_open = ?, decided_set = ?, decided_by = ?, decided_at = ?, decided_hash = ? ${byId}`,
        [set === null ? 0 : 1, JSON.stringify(set), by, at, hash, ...key],
      );
      return { ...rowOf(found), decision };
    });
  }

  async decisions({ tenant, connectionId }: Scope): Promise<ReadonlyMap<string, Decision>> {
    const rows = this.db.all(
      'select * from failed_rows where tenant = ? and connection = ? and decided_hash is not null',
      [tenant, connectionId],
    );
    return new Map(rows.map((row) => [row['id'] as string, decisionOf(row)!]));
  }

  async settleUntried(scope: Scope, jobId: string, filter: FailedRowFilter): Promise<void> {
    const { where, values } = conditions(scope, filter);
    this.db.transaction(() => this.#close(`${where} and job <> ?`, [...values, jobId]));
  }

  async keepDestinations({ tenant, connectionId }: Scope, names: readonly string[]): Promise<void> {
    const others = `tenant = ? and connection = ? and destination not in (select value from json_each(?))`;
    this.db.transaction(() =>
      this.db.run(`delete from failed_rows where ${others}`, [tenant, connectionId, JSON.stringify(names)]),
    );
  }

  async remove({ tenant, connectionId }: Scope): Promise<void> {
    this.db.transaction(() =>
      this.db.run('delete from failed_rows where tenant = ? and connection = ?', [tenant, connectionId]),
    );
  }

  #put(scope: readonly string[], row: RefusedRow, jobId: string, at: number): void {
    const { destination, object, key, code, message, field, data, action } = row;
    const { id, pattern, keyText, hash } = describeRefused(row);
    this.db.run(
      `insert into failed_rows values (?, ?, ?, ?, ?, ?, ?, 1, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, null, null, null)
        on conflict do update set is_open = 1, since = iif(is_open, since, excluded.since),
          tries = iif(is_open, tries + (job <> excluded.job), 1), tried_at = excluded.tried_at, job = excluded.job,
          code = excluded.code, message = excluded.message, pattern = excluded.pattern, field = excluded.field,
          data = excluded.data, action = excluded.action, hash = excluded.hash`,
      [
        ...scope,
        ...[id, destination, object, JSON.stringify(key), keyText, at, at, jobId, code, message, pattern],
        ...[field ?? null, JSON.stringify(data), action ?? null, hash],
      ],
    );
  }

  #close(where: string, values: readonly SQLInputValue[]): void {
    this.db.run(`delete from failed_rows ${where} and decided_hash is null`, values);
    this.db.run(`update failed_rows set is_open = 0 ${where}`, values);
  }
}

function conditions({ tenant, connectionId }: Scope, filter: FailedRowFilter) {
  const { ids, keyText, object, destination, code, pattern, field } = filter;
  const equal = { object, destination, code, pattern, field, key_text: keyText };
  const given = Object.entries(equal).filter((one): one is [string, string] => one[1] !== undefined);
  const where = [
    'where tenant = ? and connection = ? and is_open = 1',
    ...given.map(([column]) => `and ${column} = ?`),
    ...(ids ? ['and id in (select value from json_each(?))'] : []),
  ].join(' ');
  const values = [tenant, connectionId, ...given.map(([, value]) => value), ...(ids ? [JSON.stringify(ids)] : [])];
  return { where, values };
}

const decisionOf = (row: Row): Decision | undefined =>
  row['decided_hash'] === null
    ? undefined
    : {
        set: JSON.parse(row['decided_set'] as string) as JsonObject | null,
        by: row['decided_by'] as string,
        at: row['decided_at'] as number,
        hash: row['decided_hash'] as string,
      };

function rowOf(row: Row): FailedRow {
  const text = (name: string) => row[name] as string;
  const decision = decisionOf(row);
  return {
    ...{ id: text('id'), destination: text('destination'), object: text('object') },
    key: JSON.parse(text('key')) as RowKey,
    ...{ code: text('code'), message: text('message'), pattern: text('pattern') },
    ...(row['field'] !== null && { field: text('field') }),
    data: JSON.parse(text('data')) as JsonObject,
    ...(row['action'] === 'delete' && { action: 'delete' }),
    ...{ since: row['since'] as number, tries: row['tries'] as number },
    ...{ triedAt: row['tried_at'] as number, jobId: text('job') },
    ...(decision && { decision }),
  };
}
