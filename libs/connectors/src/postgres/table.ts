import { parseTableName } from './postgres.config.js';
import { quoted } from './identifiers.js';
import type { Session } from './session.js';

/** What the text form of a value depends on. */
export interface ValueType {
  /** Name of the type in the catalogue, below domains: `varchar`, `_int4`. */
  readonly base: string;
  /** The same of an array's elements. */
  readonly element: string | null;
  /** The attributes of a composite type, or of an array's elements: their place in `Table.composites`. */
  readonly composite: string | null;
}

export interface Column extends ValueType {
  readonly name: string;
  /** Schema and name of the type's equality: `pg_catalog.=`. */
  readonly equals: string;
  readonly notNull: boolean;
  /** Computed by the server; cannot be written. */
  readonly generated: boolean;
  /** `generated always as identity`. */
  readonly identityAlways: boolean;
}

export type Composites = Readonly<Record<string, readonly (ValueType & { readonly name: string })[]>>;

/** A table's definition in the catalogue. */
export interface Table {
  readonly schema: string;
  readonly name: string;
  /** r table, p partitioned, v view, m materialized view, f foreign table. */
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f';
  readonly columns: readonly Column[];
  readonly composites: Composites;
  /** Whether rules rewrite its statements. */
  readonly rules: boolean;
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

/**
 * The catalogue's entry of `table` or `schema.table`, looked up once in a transaction: later statements name the schema,
 * whatever their search path. Null when there is none. @throws as `Session.query`
 */
export async function findTable(session: Session, text: string, signal: AbortSignal): Promise<Table | null> {
  const name = parseTableName(text);
  if (!name) return null;
  return session.inCatalogue(signal, async (path) => {
    const [row] = await session.query(signal, TABLE, [name.schema ?? null, name.table, path]);
    if (!row) return null;
    const table = JSON.parse(row[0]!) as Omit<Table, 'composites'>;
    return { ...table, composites: await compositesOf(session, table.columns, signal) };
  });
}

/** The attributes of composite types, also of those within. */
async function compositesOf(session: Session, columns: readonly ValueType[], signal: AbortSignal): Promise<Composites> {
  const known: Record<string, Composites[string]> = {};
  for (let types: readonly ValueType[] = columns; ;) {
    const wanted = types.flatMap(({ composite }) => (composite === null || composite in known ? [] : [composite]));
    if (wanted.length === 0) return known;
    for (const id of wanted) known[id] = [];
    const rows = await session.query(signal, ATTRIBUTES, [`{${wanted.join(',')}}`]);
    for (const [id, attributes] of rows) known[id!] = JSON.parse(attributes!) as Composites[string];
    types = wanted.flatMap((id) => known[id]!);
  }
}

/** The type below domains. */
const BASE = (type: string) => `(
  with recursive d(oid) as (
    select ${type} union all select t.typbasetype from d join pg_type t on t.oid = d.oid where t.typtype = 'd')
  select d.oid from d join pg_type t on t.oid = d.oid where t.typtype <> 'd')`;

/** An attribute `a` with its type `b` and the type `e` of its elements. */
const TYPED = `pg_attribute a
  join pg_type b on b.oid = ${BASE('a.atttypid')}
  left join pg_type l on l.typarray = b.oid
  left join pg_type e on e.oid = ${BASE('l.oid')}`;
const TYPE = `'name', a.attname, 'base', b.typname, 'element', e.typname,
  'composite', nullif(coalesce(e.typrelid, b.typrelid), 0)::text`;

const ATTRIBUTES = `
  select a.attrelid, json_agg(json_build_object(${TYPE}) order by a.attnum)
  from ${TYPED} where a.attrelid = any ($1::oid[]) and a.attnum > 0 and not a.attisdropped group by 1`;

/** Types without an equality of their own (arrays, enums, ranges, …) use that of the catalogue. */
const EQUALS = `coalesce((
  select quote_ident(s.nspname) || '.' || o.oprname from pg_opclass c
  join pg_am m on m.oid = c.opcmethod and m.amname = 'btree'
  join pg_amop p on p.amopfamily = c.opcfamily and p.amopstrategy = 3
    and p.amoplefttype = c.opcintype and p.amoprighttype = c.opcintype
  join pg_operator o on o.oid = p.amopopr join pg_namespace s on s.oid = o.oprnamespace
  where c.opcdefault and c.opcintype = b.oid limit 1), 'pg_catalog.=')`;

const NAMES = (numbers: string, table = 'c.oid') => `
  (select json_agg(a.attname order by k.n) from unnest(${numbers}) with ordinality k(attnum, n)
   join pg_attribute a on a.attrelid = ${table} and a.attnum = k.attnum)`;

/** PostgreSQL 12 and later. */
const TABLE = `
  select json_build_object(
    'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'rules', c.relhasrules,
    'columns', (
      select coalesce(json_agg(json_build_object(${TYPE}, 'equals', ${EQUALS}, 'notNull', a.attnotnull,
        'generated', a.attgenerated <> '', 'identityAlways', a.attidentity = 'a') order by a.attnum), '[]')
      from ${TYPED} where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
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
  where c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f') and case
    when $1::text is not null then n.nspname = $1
    else n.nspname = any ($3::text[]) and n.nspname not like 'pg\\_temp\\_%' end
  order by array_position($3::text[], n.nspname::text) limit 1`;
