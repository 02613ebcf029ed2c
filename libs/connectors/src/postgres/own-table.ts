import { isDatabaseError } from './errors.js';
import { quoted } from './identifiers.js';
import type { Session } from './session.js';
import { READ_WRITE } from './transaction.js';

/** A table that this connector keeps beside the tables it writes. */
export interface OwnTable {
  readonly name: string;
  /** Between the parentheses of `create table`. */
  readonly columns: string;
  /** What the user must be allowed to do with it. */
  readonly privileges: readonly ('select' | 'insert' | 'update')[];
}

/** `"schema"."table"`. */
export const pathOf = (schema: string, { name }: OwnTable): string => `${quoted(schema)}.${quoted(name)}`;

/** The statement that creates it. */
export const creationOf = (schema: string, table: OwnTable): string =>
  `create table if not exists ${pathOf(schema, table)} (${table.columns})`;

/** Whether the user may use the table, which is created if necessary. Commits. `tidy`: run where rows may be deleted. */
export async function prepareOwnTable(
  session: Session,
  schema: string,
  table: OwnTable,
  signal: AbortSignal,
  tidy?: string,
): Promise<boolean> {
  // prettier-ignore
  await session.begin(signal, READ_WRITE, 'set local search_path = pg_catalog, pg_temp');
  const [row] = await session.query(signal, STATE, [schema, pathOf(schema, table), `{${table.privileges.join(',')}}`]);
  const [there, usable, creatable, prunable] = row!.map((value) => value === 't');
  const prepared = there ? usable! : creatable!;
  if (!there && creatable) await create(session, schema, table, signal);
  if (tidy !== undefined && prepared && (!there || prunable)) await session.script(signal, tidy);
  await session.script(signal, 'commit');
  return prepared;
}

/** Of several concurrent creators all but one fail, on varying names or indexes; then the table exists. */
async function create(session: Session, schema: string, table: OwnTable, signal: AbortSignal): Promise<void> {
  try {
    await session.script(signal, `savepoint tidemark; ${creationOf(schema, table)}`);
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    await session.script(signal, 'rollback to savepoint tidemark');
    const [row] = await session.query(signal, 'select to_regclass($1) is not null', [pathOf(schema, table)]);
    if (row![0] !== 't') throw error;
  }
}

const STATE = `
  select to_regclass($2) is not null,
    to_regclass($2) is not null and (select bool_and(has_table_privilege(to_regclass($2), p)) from unnest($3::text[]) p),
    coalesce((select has_schema_privilege(oid, 'create') from pg_namespace where nspname = $1), false),
    to_regclass($2) is not null and has_table_privilege(to_regclass($2), 'delete')`;
