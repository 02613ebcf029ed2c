import { createHash } from 'node:crypto';
import { Terminal } from '@tidemark/resilience';
import { describe, type ResultColumn } from './describe.js';
import { externalErrorOf, isDatabaseError, lineAndColumn, wordsOf } from './errors.js';
import type { ObjectConfig } from './postgres.config.js';
import type { Session } from './session.js';
import { findTable, tableName, type Table } from './table.js';

/** The allowed types of an updatedAt column, by oid. */
const TIME_TYPES: ReadonlyMap<number, TimeType> = new Map([
  [1082, 'date'],
  [1114, 'timestamp'],
  [1184, 'timestamptz'],
]);
export type TimeType = 'date' | 'timestamp' | 'timestamptz';

/** An object of the config, resolved against the database: what to read, and by which columns. */
export interface Model {
  readonly name: string;
  /** One SELECT. */
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
  readonly key: readonly string[];
  /** Whether the catalogue guarantees that no part of a key is null. */
  readonly keyNotNull: boolean;
  readonly updatedAt: { readonly name: string; readonly type: TimeType } | null;
  readonly lookBackMs: number;
  /** Schemas of the order operators of columns whose type has its own. */
  readonly orders: Readonly<Record<string, string>>;
  /** Changes when cursors of the model become invalid. */
  readonly fingerprint: string;
}

export const objectName = (object: ObjectConfig): string => object.name ?? object.table!;

/** @throws ExternalError, with the path of the config's field at fault */
export async function prepareModel(
  session: Session,
  object: ObjectConfig,
  field: string,
  signal: AbortSignal,
): Promise<Model> {
  const table = object.table === undefined ? null : await tableOf(session, object.table, field, signal);
  const sql = table ? `select * from ${tableName(table)}` : trimmed(object.sql!);
  const key = object.key ?? table!.uniques.find(({ primary }) => primary)?.columns;
  if (!key) throw invalid(`${field}.key`, `is required: table ${object.table} has no primary key`);
  const columns = await columnsOf(session, sql, object, field, signal);
  for (const name of key)
    if (!columns.some((column) => column.name === name)) throw missing(`${field}.key`, name, columns);
  const updatedAt = object.updatedAt === undefined ? null : timeColumn(object.updatedAt, columns, `${field}.updatedAt`);
  const notNull = (name: string) => table?.columns.some((column) => column.name === name && column.notNull) ?? false;
  const identity = JSON.stringify([sql, key, updatedAt]);
  return {
    ...{ name: objectName(object), sql, columns, key, updatedAt, lookBackMs: object.lookBackMs },
    keyNotNull: key.every(notNull),
    orders: await ordersOf(session, columns.filter(({ name }) => key.includes(name) || name === object.updatedAt), signal), // prettier-ignore
    fingerprint: createHash('sha256').update(identity).digest('base64url').slice(0, 12),
  };
}

/** The operators that `order by` uses, which need not be on the search path: those of the type's default order. */
async function ordersOf(session: Session, columns: readonly ResultColumn[], signal: AbortSignal) {
  const ids = `{${columns.map(({ typeId }) => typeId).join(',')}}`;
  const rows = await session.inCatalogue(signal, () => session.query(signal, ORDERS, [ids]));
  const schemas = new Map(rows.map(([id, schema]) => [Number(id), schema!]));
  const own = columns.flatMap(({ name, typeId }) => (schemas.has(typeId) ? [[name, schemas.get(typeId)!]] : []));
  return Object.fromEntries(own) as Record<string, string>;
}

const ORDERS = `
  with recursive d(id, oid) as (
    select oid, oid from pg_type where oid = any ($1::oid[])
    union all select d.id, t.typbasetype from d join pg_type t on t.oid = d.oid where t.typtype = 'd')
  select d.id, quote_ident(s.nspname) from d join pg_opclass c on c.opcintype = d.oid and c.opcdefault
  join pg_am m on m.oid = c.opcmethod and m.amname = 'btree'
  join pg_amop p on p.amopfamily = c.opcfamily and p.amopstrategy = 5
    and p.amoplefttype = c.opcintype and p.amoprighttype = c.opcintype
  join pg_operator o on o.oid = p.amopopr join pg_namespace s on s.oid = o.oprnamespace
  where s.nspname <> 'pg_catalog'`;

/** Trailing semicolons would end the statement that the SQL is embedded in. */
const trimmed = (sql: string): string => {
  let text = sql.trimEnd();
  while (text.endsWith(';')) text = text.slice(0, -1).trimEnd();
  return text;
};

async function tableOf(session: Session, name: string, field: string, signal: AbortSignal): Promise<Table> {
  const table = await findTable(session, name, signal);
  if (table) return table;
  const message = `${field}.table: there is no table ${name}, or it is not on the search path`;
  throw new Terminal('SOURCE_NOT_FOUND', message, { field: `${field}.table` });
}

async function columnsOf(
  session: Session,
  sql: string,
  object: ObjectConfig,
  field: string,
  signal: AbortSignal,
): Promise<readonly ResultColumn[]> {
  const failed = (message: string) => new Terminal('SOURCE_QUERY_FAILED', `${objectName(object)}: ${message}`, { field: `${field}.sql` }); // prettier-ignore
  const { columns, parameters } = await describe(session, sql, signal).catch((error: unknown) => {
    throw queryError(error, { name: objectName(object), sql }, field);
  });
  if (!columns) throw failed('the SQL returns no rows; it must be one SELECT');
  if (parameters > 0) throw failed('the SQL must not have parameters such as $1');
  const twice = columns.find(({ name }, at) => columns.findIndex((column) => column.name === name) < at);
  if (twice) throw failed(`the SQL returns the column ${twice.name} twice; name one of them with AS`);
  return columns;
}

function timeColumn(name: string, columns: readonly ResultColumn[], field: string) {
  const column = columns.find((one) => one.name === name);
  if (!column) throw missing(field, name, columns);
  const type = TIME_TYPES.get(column.typeId);
  if (!type) throw invalid(field, `the column ${name} must be a timestamp or a date`);
  return { name, type };
}

function missing(field: string, name: string, columns: readonly ResultColumn[]): Terminal {
  return invalid(
    field,
    `there is no column ${name}; the columns are ${columns.map((column) => column.name).join(', ')}`,
  );
}

const invalid = (field: string, message: string) =>
  new Terminal('SOURCE_REQUEST_INVALID', `${field}: ${message}`, { field });

/**
 * A failed query, located in the model's SQL: the line, the column and the text there.
 * `offset`: characters before the SQL in the statement that was run.
 */
export function queryError(
  error: unknown,
  { name, sql }: Pick<Model, 'name' | 'sql'>,
  field?: string,
  offset = 0,
): Error {
  if (!isDatabaseError(error)) return error as Error;
  const position = Number(error.position ?? NaN) - offset;
  const where = position >= 1 ? placeIn(sql, position) : '';
  return externalErrorOf(error, 'source', `${name}${where}: ${wordsOf(error)}`, field && `${field}.sql`);
}

function placeIn(sql: string, position: number): string {
  if (position > [...sql].length) return ', at the end of the SQL';
  const { line, column } = lineAndColumn(sql, position);
  const text = sql.split('\n')[line - 1]!.trim();
  return `, line ${line}, column ${column} (${text.length > 120 ? `${text.slice(0, 117)}…` : text})`;
}
