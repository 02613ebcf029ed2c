import Cursor from 'pg-cursor';
import type { Session } from './session.js';
import type { Row } from './session.js';
import type { Step } from './read-plan.js';

/** One page's worth of rows of a step. */
export interface Chunk {
  readonly step: Step;
  readonly rows: readonly Row[];
  /** Whether the step has more rows behind them. */
  readonly more: boolean;
}

/** The rows of a step by a server-side cursor, `size` at a time: so much, and one row, is in memory. */
export async function* chunksOf(
  session: Session,
  step: Step,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  const cursor = await session.run(signal, async (client) => client.query(new Cursor<Row>(step.sql, [...step.values], { rowMode: 'array' }))); // prettier-ignore
  let next: Row[] = [];
  for (;;) {
    const rows = next.concat(await session.run(signal, () => cursor.read(size + 1 - next.length)));
    const more = rows.length > size;
    next = more ? rows.splice(size) : [];
    if (rows.length > 0) yield { step, rows, more };
    if (!more) break;
  }
}
