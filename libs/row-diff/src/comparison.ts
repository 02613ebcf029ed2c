import { LoopYield } from './loop-yield.js';
import { type Counts, type Difference, KeyProblem } from './difference.js';
import { FailedKeys } from './failed-keys.js';
import { Intake, type Rows } from './intake/intake.js';
import { Join, type Need } from './join.js';
import { KnownRows } from './intake/known-rows.js';
import { ColumnMap, type SchemaChange } from './model.js';
import type { Settings } from './options.js';
import { PendingSnapshot, type Snapshot } from './pending-snapshot.js';
import { Previous } from './previous.js';
import type { Key } from './row.js';
import { RecordSorter } from './spill/record-sorter.js';
import { TempFile } from './spill/temp-file.js';
import { UnchangedSnapshot } from './unchanged-snapshot.js';

type Result = IteratorResult<Difference, undefined>;

/** Parts of the memory limit: the index of previous rows until all rows were read, rows, the pending snapshot. */
const FOR_KNOWN = 0.8;
const FOR_ROWS = 0.2;
const FOR_PENDING = 0.25;

/**
 * One comparison: read it to its end, write the differences, and commit.
 *
 *   unread ──next──▶ reading rows ──▶ joining ──end──▶ complete ──commit──▶ committed
 *      │                  └──── nothing differs ─────────▲
 *      └── error, abort, break, discard: from each but the last ──▶ over
 *
 * Once it is over nothing of it is left, and `next` and `commit` throw the error that ended it.
 */
export class Comparison implements AsyncIterableIterator<Difference, undefined> {
  /** Counts so far; final when all differences were read. */
  readonly counts: Readonly<Counts>;
  readonly #counts: Counts;
  readonly #settings: Settings;
  readonly #file: TempFile;
  readonly #loopYield = new LoopYield();
  readonly #rows: Rows;
  #sorter: RecordSorter | undefined;
  #intake: Intake | undefined;
  #previous: Previous | undefined;
  #known: KnownRows | undefined;
  #join: Join | undefined;
  #pending: PendingSnapshot | undefined;
  /** Replaces a pending one when nothing differs. */
  #unchanged: UnchangedSnapshot | undefined;
  #schemaChange: SchemaChange | undefined;
  #state: 'open' | 'complete' | 'committed' | 'over' = 'open';
  #why: unknown;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** Ends the waits of callers. */
  readonly #interrupts = new Set<(reason: unknown) => void>();
  #commit: Promise<Snapshot> | undefined;

  constructor(rows: Rows, settings: Settings) {
    this.#rows = rows;
    this.#settings = settings;
    this.#counts = {
      rows: 0,
      unchanged: 0,
      added: 0,
      changed: 0,
      schemaOnly: 0,
      removed: 0,
      duplicateKey: 0,
      nullKey: 0,
    };
    this.counts = this.#counts;
    this.#file = new TempFile(settings.tempDir);
  }

  /** Columns that the model gained or lost since the snapshot; known once all rows were read. */
  get schemaChange(): SchemaChange | undefined {
    return this.#schemaChange;
  }

  /** Bytes spilled to the disk because they exceeded the memory limit. */
  get spilledBytes(): number {
    return this.#file.size;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The next difference, in no meaningful order.
   * @throws SnapshotUnusable · KeyProblem when the options require it · TypeError for a value that cannot be compared · the
   * error of the rows, the blob store or the disk · the signal's reason
   */
  next(): Promise<Result> {
    const mayWait = this.#join === undefined || this.#waiting > 0 || this.#state !== 'open';
    if (mayWait || this.#loopYield.due()) return this.#slow();
    // Most differences are found without waiting, and then only a promise is allocated for them.
    try {
      const found = this.#join!.next();
      if (typeof found === 'object') return Promise.resolve({ done: false, value: this.#reported(found) });
      return this.#slow(found);
    } catch (error) {
      return this.#slow(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Ends the comparison early, as `break` does. */
  async return(): Promise<Result> {
    if (this.#state === 'open') await this.discard();
    return { done: true, value: undefined };
  }

  /**
   * Stores the new snapshot. Rows whose write failed keep their previous entry, or have none, so that the next
   * comparison offers them again; so does a row whose removal failed.
   * @param failed keys as in the differences, in any order, also more than fit in memory
   * @returns the same snapshot every time, once it is stored; may be repeated after an error
   * @throws RangeError for a failed key that no row has · BlobStoreUnavailable · the signal's reason
   */
  commit(failed: Iterable<Key> | AsyncIterable<Key> = []): Promise<Snapshot> {
    if (this.#commit !== undefined) return this.#commit;
    if (this.#state !== 'complete') {
      return Promise.reject(
        this.#state === 'over' ? this.#why : new Error('the comparison has not been read to its end'),
      );
    }
    const commit = this.#interruptible(() => this.#store(failed));
    this.#commit = commit;
    commit.catch(() => (this.#commit = undefined));
    return commit;
  }

  /** Ends the comparison and leaves nothing; no effect after a commit. */
  async discard(): Promise<void> {
    if (this.#state !== 'committed') await this.#end(new Error('the comparison was discarded'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
  }

  /** Serialises calls. @param at the result of a first attempt */
  #slow(at?: Need | Error): Promise<Result> {
    this.#waiting++;
    const turn = this.#turn.then(() => this.#interruptible(() => this.#advance(at)));
    this.#turn = turn.then(
      () => void this.#waiting--,
      () => void this.#waiting--,
    );
    return turn;
  }

  async #advance(at?: Need | Error): Promise<Result> {
    try {
      this.#check();
      if (this.#state !== 'open') return { done: true, value: undefined };
      if (at instanceof Error) throw at;
      const found = await this.#find(at);
      if (found !== undefined) return { done: false, value: this.#reported(found) };
      await this.#complete();
      return { done: true, value: undefined };
    } catch (error) {
      await this.#end(error);
      throw error;
    }
  }

  async #find(need?: Need): Promise<Difference | undefined> {
    if (this.#join === undefined) {
      const problem = await this.#read();
      if (problem !== undefined || this.#unchanged !== undefined) return problem;
    }
    if (this.#loopYield.overdue()) await this.#loopYield.take();
    this.#check();
    const join = this.#join!;
    for (let found: Difference | Need | undefined = need ?? join.next(); ; found = join.next()) {
      if (typeof found !== 'string') return found;
      if (found === 'frame') {
        await this.#previous!.nextFrame();
        join.frame();
      } else if (found === 'leaf') {
        join.leaf(await this.#sorter!.next());
      } else {
        await this.#pending!.waiting;
        this.#pending!.waiting = undefined;
      }
      if (this.#loopYield.overdue()) await this.#loopYield.take();
      this.#check();
    }
  }

  /** Reads the rows; prepares the join at their end. */
  async #read(): Promise<Difference | undefined> {
    const { key, previous, snapshots, memoryLimit, onAdded, onSchemaChange, signal } = this.#settings;
    signal?.throwIfAborted();
    // The same listener is added once, however often this is called.
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (previous !== undefined) this.#previous ??= await Previous.open(snapshots, previous, key);
    this.#check();
    this.#sorter ??= new RecordSorter(this.#file, memoryLimit * FOR_ROWS);
    if (this.#intake === undefined) {
      this.#known = await this.#knownRows();
      this.#intake = new Intake(this.#rows, this.#settings, this.#counts, this.#sorter, this.#known);
    }
    const problem = await this.#intake.run(this.#loopYield);
    this.#check();
    if (problem !== undefined) return problem;
    const model = this.#intake.model(this.#previous?.header.columns ?? []);
    const { header } = model;
    if (this.#known?.have(header.columns) && this.#known.allUnchanged && this.#sorter.isEmpty) {
      this.#counts.unchanged = this.#known.count;
      this.#unchanged = new UnchangedSnapshot(previous!, this.#known.readBytes, key);
      return undefined;
    }
    this.#known?.end();
    this.#schemaChange = this.#previous && new ColumnMap(header, this.#previous.header).change;
    this.#pending = new PendingSnapshot(header, this.#file, memoryLimit * FOR_PENDING);
    this.#join = new Join({
      model,
      keys: this.#intake.keys,
      previous: this.#previous,
      known: this.#known,
      pending: this.#pending,
      counts: this.#counts,
      offer: onSchemaChange === 'offer',
      reportAdded: onAdded === 'report',
    });
    return undefined;
  }

  /** Reads the snapshot a first time. With values kept, an unchanged row may still need another entry. */
  async #knownRows(): Promise<KnownRows | undefined> {
    const { key, previous, snapshots, memoryLimit, keepValues } = this.#settings;
    if (previous === undefined || keepValues || this.#previous!.header.values) return undefined;
    const reading = await Previous.open(snapshots, previous, key);
    try {
      return await KnownRows.of(reading, memoryLimit * FOR_KNOWN, this.#loopYield, () => this.#check());
    } finally {
      await reading.close();
    }
  }

  #reported(difference: Difference): Difference {
    const { onNullKey, onDuplicateKey } = this.#settings;
    if (difference.type === 'nullKey' && onNullKey === 'fail') throw new KeyProblem(difference);
    if (difference.type === 'duplicateKey' && onDuplicateKey === 'fail') throw new KeyProblem(difference);
    return difference;
  }

  async #complete(): Promise<void> {
    this.#pending?.end();
    this.#state = 'complete';
    this.#join = undefined;
    this.#sorter!.release();
    this.#sorter = undefined;
    this.#known = undefined;
    await this.#previous?.close();
  }

  async #store(failed: Iterable<Key> | AsyncIterable<Key>): Promise<Snapshot> {
    const { snapshots, memoryLimit } = this.#settings;
    const keys = await FailedKeys.sorted(failed, this.#intake!.keys, this.#file, memoryLimit * FOR_ROWS);
    this.#check();
    const snapshot = await (this.#unchanged ?? this.#pending!).store(snapshots, keys);
    this.#check();
    this.#state = 'committed';
    await this.#release();
    return snapshot;
  }

  /** Call it after every wait. @throws the error that ended the comparison */
  #check(): void {
    if (this.#state === 'over') throw this.#why;
  }

  /** Stops everything; every later call throws `why`. */
  async #end(why: unknown): Promise<void> {
    if (this.#state !== 'over') {
      this.#state = 'over';
      this.#why = why;
    }
    await this.#release();
  }

  async #release(): Promise<void> {
    this.#settings.signal?.removeEventListener('abort', this.#onAbort);
    this.#intake?.stop();
    this.#join = undefined;
    this.#sorter = undefined;
    this.#known = undefined;
    this.#pending = undefined;
    void this.#previous?.close().catch(() => {});
    await this.#file.close();
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#settings.signal!.reason;
    void this.#end(reason)
      .catch(() => {})
      .then(() => this.#interrupts.forEach((interrupt) => interrupt(reason)));
  };

  /** Work that an abort ends for the caller, even when it hangs. */
  async #interruptible<T>(work: () => Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    this.#interrupts.add(reject);
    try {
      return await Promise.race([work(), promise]);
    } finally {
      this.#interrupts.delete(reject);
    }
  }
}
