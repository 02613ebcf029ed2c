import Cursor from 'pg-cursor';
import type { Row, Session } from './session.js';
import type { Step } from './read-plan.js';

/** One page's worth of rows of a step. */
export interface Chunk {
  readonly step: Step;
  readonly rows: readonly Row[];
  /** Whether the step has more rows after them. */
  readonly more: boolean;
}

/** Rows of the first chunk, before their size is known. */
const FIRST = 200;
/** Maximum characters of a chunk, estimated from earlier rows. */
const CHARACTERS = 16_000_000;

/** The rows of a step from a server-side cursor, at most `size` at a time, fewer when they are large. */
export async function* chunksOf(
  session: Session,
  step: Step,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  const query = new Cursor<Row>(step.sql, [...step.values], { rowMode: 'array' });
  const cursor = await session.run(signal, async (client) => client.query(query));
  let next: Row[] = [];
  for (let wanted = Math.min(size, FIRST); ;) {
    // One row more than requested shows whether there are more.
    const rows = next.concat(await session.run(signal, () => cursor.read(wanted + 1 - next.length)));
    const more = rows.length > wanted;
    next = more ? rows.splice(wanted) : [];
    if (rows.length > 0) yield { step, rows, more };
    if (!more) break;
    wanted = Math.max(1, Math.min(size, Math.floor((CHARACTERS * rows.length) / charactersOf(rows))));
  }
}

function charactersOf(rows: readonly Row[]): number {
  let sum = 1;
  for (const row of rows) for (const text of row) sum += text?.length ?? 0;
  return sum;
}
