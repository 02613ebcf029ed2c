import { Terminal } from '@tidemark/resilience';
import type { RowResult, WriteBatch } from '@tidemark/connector-sdk';
import { isDatabaseError } from './errors.js';
import { literal } from './identifiers.js';
import { creationOf, type OwnTable, pathOf, prepareOwnTable } from './own-table.js';
import type { Session } from './session.js';

export const LEDGER_TABLE = '_tidemark_batches';

/** How long a batch is remembered: far longer than it is retried. */
const KEPT = '7 days';

const TABLE: OwnTable = {
  name: LEDGER_TABLE,
  columns:
    'id text, digest text, results text not null, written_at timestamptz not null default now(), primary key (id, digest)',
  privileges: ['select', 'insert'],
};

/**
 * The batches written and the results of their rows: one row per batch, in the transaction that writes it. A batch that
 * is repeated, after a crash or a lost response, is answered from here.
 */
export class Ledger {
  private constructor(private readonly table: string) {}

  /** Creates the table if necessary. Null if the user lacks the privilege: append requires it, the other modes do not. */
  static async open(session: Session, schema: string, signal: AbortSignal): Promise<Ledger | null> {
    const table = pathOf(schema, TABLE);
    const old = `delete from ${table} where written_at < now() - interval '${KEPT}'`;
    return (await prepareOwnTable(session, schema, TABLE, signal, old)) ? new Ledger(table) : null;
  }

  /** The error when the user can neither create nor use the table. */
  static missing(schema: string): Terminal {
    const table = pathOf(schema, TABLE);
    const message =
      `append needs the table ${table} to record written batches, but the user can neither create nor use it; ` +
      `have an administrator run: ${creationOf(schema, TABLE)}; grant select, insert, delete on ${table} to this user`;
    return new Terminal('DESTINATION_FORBIDDEN', message);
  }

  /** The query for the results of the batches with this id: digest and results. */
  find(batch: WriteBatch): string {
    return `select digest, results from ${this.table} where id operator(pg_catalog.=) ${literal(batch.id)}`;
  }

  /** The statement that records a batch; a concurrent one for the same batch waits for the first, and fails with 23505. */
  remember(batch: WriteBatch, digest: string, results: readonly RowResult[]): string {
    const values = [batch.id, digest, packed(results)].map(literal).join(', ');
    return `insert into ${this.table} (id, digest, results) values (${values})`;
  }

  /** Whether another process has just written the same batch. */
  isTaken(error: unknown): boolean {
    return isDatabaseError(error) && error.code === '23505' && error.table === LEDGER_TABLE;
  }
}

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
