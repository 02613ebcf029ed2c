import { Worker } from 'node:worker_threads';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Shared between the two threads, an Int32 each. */
const COMMITS = 0;
const FRAMES = 1;
const STOP = 2;

const INTERVAL = 50; // ms
const WRITER_HELPS_ABOVE = 2_000; // frames

/**
 * Writes the WAL back into the file, on a thread of its own, 50 ms after a commit at the earliest: inside a commit it
 * would cost 20 ms. Sleeps while nothing is committed.
 */
export class WalCheckpointer {
  readonly #shared = new Int32Array(new SharedArrayBuffer(12));
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #passive: StatementSync;

  constructor(path: string, database: DatabaseSync) {
    this.#passive = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    // The function's own text runs in the thread: no second file to find, however this one is compiled or bundled.
    const source = `(${checkpointLoop.toString()})(require('node:sqlite'), require('node:worker_threads').workerData)`;
    const workerData = { path, shared: this.#shared, COMMITS, FRAMES, STOP, INTERVAL };
    this.#worker = new Worker(source, { eval: true, workerData, resourceLimits: { maxOldGenerationSizeMb: 32 } });
    this.#worker.unref();
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', resolve);
      // Without the thread SQLite has to do it inside commits: slower, and the file stays bounded.
      this.#worker.once('error', () => database.isOpen && database.exec('PRAGMA wal_autocheckpoint = 1000'));
    });
  }

  /** The writer calls it after every commit. The WAL starts over only while no write is running: above 2,000 frames here. */
  committed(): void {
    Atomics.add(this.#shared, COMMITS, 1);
    Atomics.notify(this.#shared, COMMITS);
    if (Atomics.load(this.#shared, FRAMES) < WRITER_HELPS_ABOVE) return;
    try {
      const { busy } = this.#passive.get() as { busy: number };
      if (busy === 0) Atomics.store(this.#shared, FRAMES, 0);
    } catch {
      // Only housekeeping failed; the commit's data is safe in the WAL, and the next commit tries again.
    }
  }

  async stop(): Promise<void> {
    this.#worker.ref();
    Atomics.store(this.#shared, STOP, 1);
    Atomics.notify(this.#shared, STOP);
    Atomics.notify(this.#shared, COMMITS);
    await this.#ended;
  }
}

interface LoopData {
  path: string;
  shared: Int32Array<SharedArrayBuffer>;
  COMMITS: number;
  FRAMES: number;
  STOP: number;
  INTERVAL: number;
}

/** Runs in the thread: it may use only its arguments. */
function checkpointLoop(sqlite: typeof import('node:sqlite'), data: LoopData): void {
  const { shared, COMMITS, FRAMES, STOP, INTERVAL } = data;
  const database = new sqlite.DatabaseSync(data.path, { timeout: 0 });
  const passive = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  let seen = 0;
  while (Atomics.load(shared, STOP) === 0) {
    Atomics.wait(shared, COMMITS, seen);
    Atomics.wait(shared, STOP, 0, INTERVAL);
    seen = Atomics.load(shared, COMMITS);
    try {
      const result = passive.get() as { busy: number; log: number };
      if (result.busy === 0) Atomics.store(shared, FRAMES, result.log);
    } catch {
      // For example a full disk: the next round tries again.
    }
  }
  database.close();
}
