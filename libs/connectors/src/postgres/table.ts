import { parseTableName } from './postgres.config.js';
import { quoted } from './identifiers.js';
import type { Session } from './session.js';

export interface Column {
  readonly name: string;
  /** SQL name, without length and precision: `character varying`. */
  readonly type: string;
  /** With length and precision: `character varying(20)`. */
  readonly fullType: string;
  /** Name of the type in the catalogue, below a domain: `varchar`, `_int4`. */
  readonly base: string;
  /** The same of an array's elements. */
  readonly element: string | null;
  readonly notNull: boolean;
  /** Computed by the server; cannot be written. */
  readonly generated: boolean;
  /** `generated always as identity`. */
  readonly identityAlways: boolean;
}

/** A table's definition in the catalogue. */
export interface Table {
  readonly schema: string;
  readonly name: string;
  /** r table, p partitioned, v view, m materialized view, f foreign table. */
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f';
  readonly columns: readonly Column[];
  /** Columns of the unique indexes usable in `on conflict`. */
  readonly uniques: readonly { readonly primary: boolean; readonly columns: readonly string[] }[];
  /** Columns of constraints and unique indexes, by name; `self`: a foreign key into the same table. */
  readonly constraints: Readonly<Record<string, { readonly columns: readonly string[]; readonly self: boolean }>>;
}

/** The constraint or unique index of that name. */
export const constraintOf = ({ constraints }: Table, name: string | undefined) =>
  name !== undefined && Object.hasOwn(constraints, name) ? constraints[name] : undefined;

/** Whether a row can refer to another row of the same table. */
export const refersToItself = ({ constraints }: Table): boolean => Object.values(constraints).some(({ self }) => self);

/** `"schema"."table"`. */
export const tableName = ({ schema, name }: Pick<Table, 'schema' | 'name'>): string =>
  `${quoted(schema)}.${quoted(name)}`;

/** The catalogue's entry of `table` or `schema.table`; null when there is none. @throws as `Session.query` */
export async function findTable(session: Session, text: string, signal: AbortSignal): Promise<Table | null> {
  const name = parseTableName(text);
  if (!name) return null;
  const path = [name.schema, name.table].filter((part) => part !== undefined).map(quoted);
  const [row] = await session.query(signal, TABLE, [path.join('.')]);
  return row ? (JSON.parse(row[0]!) as Table) : null;
}

const NAMES = (numbers: string, table = 'c.oid') => `
  (select json_agg(a.attname order by k.n) from unnest(${numbers}) with ordinality k(attnum, n)
   join pg_attribute a on a.attrelid = ${table} and a.attnum = k.attnum)`;

/** PostgreSQL 12 and later. */
const TABLE = `
  select json_build_object(
    'schema', n.nspname, 'name', c.relname, 'kind', c.relkind,
    'columns', (
      select coalesce(json_agg(json_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, -1), 'fullType', format_type(a.atttypid, a.atttypmod),
        'base', b.typname, 'element', e.typname, 'notNull', a.attnotnull,
        'generated', a.attgenerated <> '', 'identityAlways', a.attidentity = 'a') order by a.attnum), '[]')
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
      join pg_type b on b.oid = case t.typtype when 'd' then t.typbasetype else t.oid end
      left join pg_type e on e.typarray = b.oid
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    'uniques', (
      select coalesce(json_agg(json_build_object('primary', i.indisprimary,
        'columns', ${NAMES('(i.indkey::int2[])[0:i.indnkeyatts - 1]')})), '[]')
      from pg_index i
      where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate
        and i.indpred is null and i.indexprs is null),
    'constraints', (
      select coalesce(json_object_agg(x.name, json_build_object('columns', x.columns, 'self', x.self)), '{}')
      from (
        select o.conname as name, coalesce(${NAMES('o.conkey')}, '[]') as columns,
          o.contype = 'f' and o.confrelid = c.oid as self
        from pg_constraint o where o.conrelid = c.oid
        union all
        select ic.relname, coalesce(${NAMES('i.indkey::int2[]')}, '[]'), false
        from pg_index i join pg_class ic on ic.oid = i.indexrelid
        where i.indrelid = c.oid and i.indisunique
          and not exists (select from pg_constraint o where o.conrelid = c.oid and o.conname = ic.relname)
      ) x)
  )::text
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.oid = to_regclass($1)::oid and c.relkind in ('r', 'p', 'v', 'm', 'f')`;
