import { Terminal } from '@tidemark/resilience';
import type { RowResult, WriteBatch } from '@tidemark/connector-sdk';
import { isDatabaseError } from './errors.js';
import { literal, quoted } from './identifiers.js';
import type { Session } from './session.js';
import { READ_WRITE } from './transaction.js';

export const LEDGER_TABLE = '_tidemark_batches';

/** How long a batch is remembered: far longer than it is retried. */
const KEPT = '7 days';

/**
 * The batches written and the results of their rows: one row per batch, in the transaction that writes it. A batch that
 * is repeated, after a crash or a lost response, is answered from here.
 */
export class Ledger {
  private constructor(private readonly table: string) {}

  /** Creates the table if necessary. Null if the user lacks the privilege: append requires it, the other modes do not. */
  static async open(session: Session, schema: string, signal: AbortSignal): Promise<Ledger | null> {
    const table = `${quoted(schema)}.${quoted(LEDGER_TABLE)}`;
    await session.begin(signal, READ_WRITE, 'set local search_path = pg_catalog, pg_temp');
    const ledger = await Ledger.#open(session, schema, table, signal);
    await session.script(signal, 'commit');
    return ledger;
  }

  static async #open(session: Session, schema: string, table: string, signal: AbortSignal): Promise<Ledger | null> {
    const [row] = await session.query(signal, STATE, [schema, table]);
    const [there, usable, creatable, prunable] = row!.map((value) => value === 't');
    if (!there && !creatable) return null;
    if (there && !usable) return null;
    if (!there) await create(session, table, signal);
    if (!there || prunable)
      await session.script(signal, `delete from ${table} where written_at < now() - interval '${KEPT}'`);
    return new Ledger(table);
  }

  /** The error when the user can neither create nor use the table. */
  static missing(schema: string): Terminal {
    const table = `${quoted(schema)}.${quoted(LEDGER_TABLE)}`;
    const message =
      `append needs the table ${table} to record written batches, but the user can neither create nor use it; ` +
      `have an administrator run: ${creation(table)}; grant select, insert, delete on ${table} to this user`;
    return new Terminal('DESTINATION_FORBIDDEN', message);
  }

  /** The query for the results of the batches with this id: digest and results. */
  find(batch: WriteBatch): string {
    return `select digest, results from ${this.table} where id = ${literal(batch.id)}`;
  }

  /** The statements that record a batch; a concurrent one for the same batch waits for the first, and fails with 23505. */
  remember(batch: WriteBatch, digest: string, results: readonly RowResult[]): readonly string[] {
    const values = [batch.id, digest, packed(results)].map(literal).join(', ');
    return [`insert into ${this.table} (id, digest, results) values (${values})`];
  }

  /** Whether another process has just written the same batch. */
  isTaken(error: unknown): boolean {
    return isDatabaseError(error) && error.code === '23505' && error.table === LEDGER_TABLE;
  }
}

const creation = (table: string) =>
  `create table if not exists ${table} (id text, digest text, results text not null, ` +
  'written_at timestamptz not null default now(), primary key (id, digest))';

/** Of several concurrent creators all but one fail, on varying names or indexes; then the table exists. */
async function create(session: Session, table: string, signal: AbortSignal): Promise<void> {
  try {
    await session.script(signal, `savepoint tidemark; ${creation(table)}`);
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    await session.script(signal, 'rollback to savepoint tidemark');
    const [row] = await session.query(signal, 'select to_regclass($1) is not null', [table]);
    if (row![0] !== 't') throw error;
  }
}

const STATE = `
  select to_regclass($2) is not null,
    to_regclass($2) is not null and has_table_privilege(to_regclass($2), 'select') and has_table_privilege(to_regclass($2), 'insert'),
    coalesce((select has_schema_privilege(oid, 'create') from pg_namespace where nspname = $1), false),
    to_regclass($2) is not null and has_table_privilege(to_regclass($2), 'delete')`;

const LETTERS = { created: 'c', updated: 'u', deleted: 'd', skipped: 's', failed: 'f' } as const;
const RESULTS: Readonly<Record<string, RowResult>> = {
  c: { status: 'created' },
  u: { status: 'updated' },
  d: { status: 'deleted' },
  s: { status: 'skipped' },
};

/** A trigger or a rule of the database left the row as it was. */
const NOT_STORED: RowResult = { status: 'skipped', reason: 'the database did not store the row: a trigger or a rule prevented it' }; // prettier-ignore

/** The result for a letter of a statement's answer. */
export const resultOf = (letter: string): RowResult => RESULTS[letter] ?? NOT_STORED;

const isPlain = (result: RowResult): boolean => result.status !== 'failed' && result !== NOT_STORED;

/** One letter per row, and the other results, marked f, in order. */
function packed(results: readonly RowResult[]): string {
  const letters = results.map((result) => (isPlain(result) ? LETTERS[result.status] : LETTERS.failed)).join('');
  return JSON.stringify([letters, ...results.filter((result) => !isPlain(result))]);
}

export function unpacked(text: string): readonly RowResult[] {
  const [letters, ...others] = JSON.parse(text) as [string, ...RowResult[]];
  return [...letters].map((letter) => RESULTS[letter] ?? others.shift()!);
}
