import { Worker } from 'node:worker_threads';
import { summedText, type StoredEvent } from './checksum.js';

const ROWS = 2_000;
/** Checking the structure reads the whole file at once: beyond this size, only the events are checked. */
const MOST_STRUCTURE_BYTES = 512 * 1024 * 1024;

/**
 * Reads the whole log once, on a thread of its own, and compares its events with their checksums. Events of releases without
 * checksums are only read.
 */
export class LogCheck {
  readonly #worker: Worker;
  /** What is damaged; undefined when nothing is, or when the check was stopped. Never rejects. */
  readonly result: Promise<string | undefined>;

  constructor(path: string) {
    // The functions' own text runs in the thread: no second file to find, however this one is compiled or bundled.
    const tools = `require('node:sqlite'), require('node:zlib'), require('node:worker_threads'), ${summedText.toString()}`;
    const workerData: CheckData = { path, rows: ROWS, mostBytes: MOST_STRUCTURE_BYTES };
    this.#worker = new Worker(`(${checkLog.toString()})(${tools})`, {
      ...{ eval: true, workerData, resourceLimits: { maxOldGenerationSizeMb: 64 } },
    });
    this.#worker.unref();
    this.result = new Promise((resolve) => {
      this.#worker.once('message', (damage: string | null) => resolve(damage ?? undefined));
      this.#worker.once('error', (error) => resolve(`it cannot be read: ${error.message}`));
      this.#worker.once('exit', () => resolve(undefined));
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

interface CheckData {
  readonly path: string;
  readonly rows: number;
  readonly mostBytes: number;
}

type CheckedRow = [...StoredEvent, crc: number | null, stream: string | null];

/** Runs in the thread: it may use only its arguments. */
function checkLog(
  sqlite: typeof import('node:sqlite'),
  { crc32 }: typeof import('node:zlib'),
  { workerData, parentPort }: typeof import('node:worker_threads'),
  textOf: typeof summedText,
): void {
  const { path, rows: most, mostBytes } = workerData as CheckData;
  const database = new sqlite.DatabaseSync(path, { timeout: 5_000 });
  parentPort!.postMessage(damageIn() ?? null);
  database.close();

  function damageIn(): string | undefined {
    try {
      return structure() ?? events();
    } catch (error) {
      const { errcode, message } = error as { errcode?: number; message: string };
      if (errcode === undefined) throw error;
      // CORRUPT, NOTADB: the file itself. It may also be locked, or gone.
      return [11, 26].includes(errcode & 0xff) ? message : undefined;
    }
  }

  function structure(): string | undefined {
    const { bytes } = database
      .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()')
      .get() as { bytes: number };
    if (bytes > mostBytes) return undefined;
    const { integrity_check: text } = database.prepare('PRAGMA integrity_check(1)').get() as {
      integrity_check: string;
    };
    return text === 'ok' ? undefined : text.replaceAll('\n', ' ');
  }

  function events(): string | undefined {
    // A part at a time: a long read would keep the WAL from starting over.
    const part = database.prepare(
      `SELECT e.pos, e.rev, e.id, e.type, e.data, e.meta, e.ts, e.crc, s.name
       FROM events e LEFT JOIN streams s ON s.sid = e.sid WHERE e.pos > ? ORDER BY e.pos LIMIT ?`,
    );
    part.setReturnArrays(true);
    for (let after = -1; ;) {
      const rows = part.all(after, most) as unknown as CheckedRow[];
      for (const [position, revision, id, type, data, metadata, at, crc, stream] of rows) {
        after = position;
        if (stream === null) return `the event at position ${position} is of no stream`;
        if (crc !== null && crc !== crc32(textOf(stream, [position, revision, id, type, data, metadata, at])))
          return `the event at position ${position} (revision ${revision} of ${stream}) is not what was stored`;
      }
      if (rows.length < most) return undefined;
    }
  }
}
