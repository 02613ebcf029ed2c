import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { StreamDeleted, StreamNotFound, Unavailable } from '../errors.js';
import type { Anchor } from '../history/epochs.js';
import type { EventMetadata, ReadOptions, RecordedEvent } from '../port.js';
import { checksumOf, type StoredEvent } from './checksum.js';

/** Memory limits of one reader. */
const CHUNK_ROWS = 500;
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Positions read in one go when few of them are in the requested categories. */
const SCAN = 10_000;

export interface LogChunk {
  readonly events: RecordedEvent[];
  /** All events up to this position have been read. */
  readonly position: number;
}

type Row = SQLOutputValue[];

/** Reads committed events in chunks. No statement stays open between two chunks, so the WAL can start over. */
export class LogReader {
  readonly #forwards: StatementSync;
  readonly #backwards: StatementSync;
  readonly #findStream: StatementSync;
  readonly #idAt: StatementSync;

  constructor(private readonly database: DatabaseSync) {
    const columns = 'SELECT pos, rev, id, type, data, meta, ts, crc FROM events WHERE sid = ?';
    this.#forwards = arrays(database.prepare(`${columns} AND rev >= ? ORDER BY rev LIMIT ?`));
    this.#backwards = arrays(database.prepare(`${columns} AND rev <= ? ORDER BY rev DESC LIMIT ?`));
    this.#findStream = database.prepare('SELECT sid, deleted FROM streams WHERE name = ?');
    this.#idAt = database.prepare('SELECT id FROM events WHERE pos = ?');
  }

  /** The event at this position. @throws Unavailable */
  eventAt(position: number): Anchor | undefined {
    const row = guarded(() => this.#idAt.get(position));
    return row && { position, id: row['id'] as string };
  }

  /** A stream's events, in chunks. @throws StreamNotFound · StreamDeleted · Unavailable */
  *stream(stream: string, options: ReadOptions): Generator<RecordedEvent[]> {
    const found = guarded(() => this.#findStream.get(stream));
    if (!found) throw new StreamNotFound(stream);
    if (found['deleted'] === 1) throw new StreamDeleted(stream);
    const back = options.direction === 'backwards';
    const statement = back ? this.#backwards : this.#forwards;
    let from = options.from ?? (back ? Number.MAX_SAFE_INTEGER : 0);
    let left = options.limit ?? Infinity;
    while (left > 0 && from >= 0) {
      const rows = Math.min(left, CHUNK_ROWS);
      const { events, complete } = guarded(() => take(statement, [found['sid']!, from, rows], stream));
      if (events.length > 0) yield events;
      if (complete && events.length < rows) return;
      left -= events.length;
      from = events.at(-1)!.revision + (back ? -1 : 1);
    }
  }

  /** A reader of the whole log for these categories (undefined: all but system streams). */
  log(categories: readonly string[] | undefined): (after: number, until: number, limit: number) => LogChunk {
    const { where, parameters } = filter(categories);
    const statement = arrays(
      this.database.prepare(`
        SELECT e.pos, e.rev, e.id, e.type, e.data, e.meta, e.ts, e.crc, s.name
        FROM events e CROSS JOIN streams s ON s.sid = e.sid
        WHERE e.pos > ? AND e.pos <= ? AND (${where}) ORDER BY e.pos LIMIT ?`),
    );
    return (after, until, limit) => {
      const end = Math.min(until, after + SCAN);
      const { events, complete } = guarded(() => take(statement, [after, end, ...parameters, limit]));
      return { events, position: complete && events.length < limit ? end : events.at(-1)!.position };
    };
  }
}

/** Fetches rows until there are no more or they are too many bytes (then `complete` is false). */
function take(statement: StatementSync, parameters: SQLOutputValue[], stream?: string) {
  const events: RecordedEvent[] = [];
  let bytes = 0;
  for (const row of statement.iterate(...parameters) as unknown as Iterable<Row>) {
    events.push(recorded(row, stream ?? (row[8] as string)));
    bytes += (row[4] as string).length;
    if (bytes > CHUNK_BYTES) return { events, complete: false };
  }
  return { events, complete: true };
}

function recorded(row: Row, stream: string): RecordedEvent {
  const [position, revision, id, type, data, metadata, recordedAt, crc] = row as unknown as [
    ...StoredEvent,
    number | null,
  ];
  if (crc !== null && crc !== checksumOf(stream, [position, revision, id, type, data, metadata, recordedAt]))
    throw new Error(`the event at position ${position} (revision ${revision} of ${stream}) is not what was stored`);
  return {
    ...{ id, type, stream, revision, position, recordedAt },
    data: JSON.parse(data) as unknown,
    metadata: JSON.parse(metadata) as EventMetadata,
  };
}

function filter(categories: readonly string[] | undefined): { where: string; parameters: string[] } {
  // '%' is the character after '$', '.' the one after '-': ranges instead of LIKE, which folds case.
  if (!categories) return { where: `s.name < '$' OR s.name >= '%'`, parameters: [] };
  return {
    where: categories.map(() => '(s.name = ? OR (s.name >= ? AND s.name < ?))').join(' OR '),
    parameters: categories.flatMap((category) => [category, `${category}-`, `${category}.`]),
  };
}

function arrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  return statement;
}

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Unavailable(`the events could not be read: ${(cause as Error).message}`, { cause });
  }
}
