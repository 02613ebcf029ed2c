import { Worker } from 'node:worker_threads';

const INTERVAL_MS = 100;
/** Commits before the thread starts: a file that is opened briefly needs none. */
const WITHOUT_THREAD = 50;

/**
 * Moves the write-ahead log into the database file on a thread of its own: inside a commit, where SQLite does it by
 * default, it holds up the whole process for 20 to 50 ms.
 */
export class Checkpointer {
  readonly #commits = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;
  #ended = false;

  constructor(private readonly path: string) {}

  /** Call it after every commit. */
  committed(): void {
    if (this.path === ':memory:') return;
    const earlier = Atomics.add(this.#commits, 0, 1);
    if (earlier >= WITHOUT_THREAD) this.#worker ??= this.#start();
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    if (!worker || this.#ended) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage('stop');
    await exited;
  }

  #start(): Worker {
    // The function's own text runs in the thread: no second file to find, however this one is compiled.
    const source = `(${checkpointing.toString()})(require('node:sqlite'), require('node:worker_threads'))`;
    const workerData = { path: this.path, commits: this.#commits, interval: INTERVAL_MS };
    const worker = new Worker(source, { eval: true, workerData, resourceLimits: { maxOldGenerationSizeMb: 16 } });
    worker.unref();
    // Without the thread SQLite does it in a commit, once the log is large.
    worker.on('error', () => {});
    worker.on('exit', () => (this.#ended = true));
    return worker;
  }
}

/** Runs in the thread: it may use only its arguments. */
function checkpointing(sqlite: typeof import('node:sqlite'), threads: typeof import('node:worker_threads')): void {
  const { path, commits, interval } = threads.workerData as { path: string; commits: Int32Array; interval: number };
  let db: import('node:sqlite').DatabaseSync | undefined;
  let seen = 0;
  const timer = setInterval(() => {
    const now = Atomics.load(commits, 0);
    if (now === seen) return;
    try {
      db ??= new sqlite.DatabaseSync(path, { timeout: 0 });
      db.exec('pragma wal_checkpoint(passive)');
      seen = now;
    } catch {
      // The file is locked, or the disk full: the next round tries again.
    }
  }, interval);
  threads.parentPort!.once('message', () => {
    clearInterval(timer);
    db?.close();
  });
}
