import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const INTERVAL_MS = 100;

/**
 * Moves the write-ahead log into the database file on a thread of its own: inside a commit, where SQLite does it by
 * default, it holds up the whole process for 20 to 50 ms.
 */
export class Checkpointer {
  readonly #commits = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;

  constructor(private readonly path: string) {}

  /** Call it after every commit. */
  committed(): void {
    if (this.path === ':memory:') return;
    Atomics.add(this.#commits, 0, 1);
    this.#worker ??= this.#start();
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const exit = once(worker, 'exit');
    worker.ref();
    worker.postMessage('stop');
    await exit;
  }

  #start(): Worker {
    // The function's own text runs in the thread: no second file to find, whatever compiles this one.
    const source = `(${checkpointing.toString()})(require('node:sqlite'), require('node:worker_threads'))`;
    const workerData = { path: this.path, commits: this.#commits, interval: INTERVAL_MS };
    const worker = new Worker(source, { eval: true, workerData, resourceLimits: { maxOldGenerationSizeMb: 16 } });
    worker.unref();
    // Without the thread SQLite does it in a commit, once the log is large.
    worker.on('error', () => {});
    return worker;
  }
}

/** Runs in the thread: it may use nothing but its arguments. */
function checkpointing(sqlite: typeof import('node:sqlite'), threads: typeof import('node:worker_threads')): void {
  const { path, commits, interval } = threads.workerData as { path: string; commits: Int32Array; interval: number };
  const db = new sqlite.DatabaseSync(path, { timeout: 0 });
  const passive = db.prepare('pragma wal_checkpoint(passive)');
  let seen = 0;
  const timer = setInterval(() => {
    if (Atomics.load(commits, 0) === seen) return;
    seen = Atomics.load(commits, 0);
    try {
      passive.get();
    } catch {
      // A full disk, say: the next round tries again.
    }
  }, interval);
  threads.parentPort!.once('message', () => {
    clearInterval(timer);
    db.close();
  });
}
