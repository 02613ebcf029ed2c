import { Worker } from 'node:worker_threads';

/**
 * Reads a file once, on a thread of its own, as SQLite's own check and by the checksums of its documents: one flipped byte
 * in a page may make neither an error nor invalid JSON.
 */
export class Verifier {
  readonly #worker: Worker;

  /** @param onDamage receives the first problem */
  constructor(path: string, onDamage: (reason: string) => void) {
    // The function's own text runs in the thread: no second file to find, however this one is compiled.
    const source = `${checkedText.toString()}
(${verifying.toString()})(require('node:sqlite'), require('node:zlib'), require('node:worker_threads'))`;
    this.#worker = new Worker(source, {
      eval: true,
      workerData: { path },
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    this.#worker.unref();
    this.#worker.on('message', onDamage);
    this.#worker.on('error', () => {}); // a check by Tidemark finds what this one missed
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** What the checksum of a document's row is of; also runs in the thread. */
export function checkedText(row: { readonly [column: string]: unknown }): string {
  const names = Object.keys(row).filter((name) => !['rid', 'sum'].includes(name));
  return JSON.stringify(
    names.toSorted().map((name) => {
      const value = row[name];
      if (value instanceof Uint8Array) return [value[0]];
      return typeof value === 'string' ? value.toWellFormed() : value;
    }),
  );
}

/** Runs in the thread: it may use only its arguments, and `checkedText`, whose text is added. */
function verifying(
  sqlite: typeof import('node:sqlite'),
  zlib: typeof import('node:zlib'),
  threads: typeof import('node:worker_threads'),
): void {
  const { path } = threads.workerData as { path: string };
  const db = new sqlite.DatabaseSync(path, { readOnly: true, timeout: 1000 });
  const problem = (): string | undefined => {
    const [first] = db.prepare('pragma integrity_check(1)').all() as { integrity_check: string }[];
    if (first!.integrity_check !== 'ok') return first!.integrity_check;
    const tables = db.prepare("select name from sqlite_schema where type = 'table' and name like 'view_%'").all();
    for (const { name } of tables as { name: string }[]) {
      const columns = db.prepare(`pragma table_info(${name})`).all() as { name: string }[];
      if (!columns.some((column) => column.name === 'sum')) continue;
      for (const row of db.prepare(`select * from ${name}`).iterate() as Iterable<Record<string, unknown>>) {
        if (row.sum !== null && row.sum !== zlib.crc32(checkedText(row)))
          return `the checksum of document ${String(row.id)} is wrong`;
      }
    }
    return undefined;
  };
  let found: string | undefined;
  try {
    found = problem();
  } catch (error) {
    const { errcode, message } = error as { errcode?: number; message: string };
    if (errcode !== undefined && [11, 26].includes(errcode & 0xff)) found = message;
  }
  db.close();
  if (found !== undefined) threads.parentPort!.postMessage(found);
}
