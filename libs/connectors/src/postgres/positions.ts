import type { WritePosition } from '@tidemark/connector-sdk';
import { literal } from './identifiers.js';
import { type OwnTable, pathOf, prepareOwnTable } from './own-table.js';
import type { Session } from './session.js';
import { READ_ONLY } from './transaction.js';

const TABLE: OwnTable = {
  name: '_tidemark_positions',
  columns:
    'stream text primary key, number bigint not null, cursor text not null, written_at timestamptz not null default now()',
  privileges: ['select', 'insert', 'update'],
};

/** How far the streams of batches have got: one row per stream, in the transaction of the batch that moves it. */
export class Positions {
  private constructor(private readonly table: string) {}

  /** Null if the user can neither create nor use the table. */
  static async open(session: Session, schema: string, signal: AbortSignal): Promise<Positions | null> {
    return (await prepareOwnTable(session, schema, TABLE, signal)) ? new Positions(pathOf(schema, TABLE)) : null;
  }

  /** Batches may be committed in another order than they were sent. */
  move({ stream, number, cursor }: WritePosition): string {
    const values = [stream, String(number), JSON.stringify(cursor)].map(literal).join(', ');
    return `insert into ${this.table} as p (stream, number, cursor) values (${values}) on conflict (stream) do update
      set number = excluded.number, cursor = excluded.cursor, written_at = excluded.written_at
      where p.number operator(pg_catalog.<) excluded.number`;
  }

  async find(session: Session, stream: string, signal: AbortSignal): Promise<WritePosition | null> {
    await session.begin(signal, READ_ONLY);
    const text = `select number, cursor from ${this.table} where stream operator(pg_catalog.=) $1`;
    const [row] = await session.query(signal, text, [stream]);
    await session.script(signal, 'commit');
    return row ? { stream, number: Number(row[0]), cursor: JSON.parse(row[1]!) as WritePosition['cursor'] } : null;
  }
}
