import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock, type Clock, type Conditions } from '@tidemark/foundation';
import { encodeAppend, type EncodedAppend } from '../encoding.js';
import { LogReplaced, Unavailable } from '../errors.js';
import type { Anchor } from '../history/epochs.js';
import { LogHistory } from '../history/log-history.js';
import type {
  AppendResult,
  BatchHandler,
  EventStore,
  ExpectedRevision,
  Life,
  NewEvent,
  ReadOptions,
  RecordedEvent,
  SubscribeOptions,
  Subscription,
} from '../port.js';
import { checkSubscribeOptions } from '../subscribe-options.js';
import { SqliteCheckpoints, type Checkpoints } from './checkpoints.js';
import { damaged } from './damage.js';
import { openDatabase } from './database.js';
import { FileLock } from './file-lock.js';
import { LogCheck } from './log-check.js';
import { LogReader } from './log-reader.js';
import { LogSubscription } from './log-subscription.js';
import { OperationStage, type Commit } from './operations.js';
import { StreamHeads } from './stream-heads.js';
import { WalCheckpointer } from './wal-checkpointer.js';
import { Writer } from './writer.js';

export interface SqliteEventStoreOptions {
  /** The source of `recordedAt`. */
  readonly clock?: Clock;
  /** Streams whose end is kept in memory. Default 100,000 (about 20 MB). */
  readonly cachedStreams?: number;
  /** What is wrong in this process; the store adds to it. */
  readonly conditions?: Conditions;
}

const CHECKPOINT_DELAY = 50; // ms
/** A checkpoint's name. */
const ALIVE = 'process:alive';
/** SQLite's code for a full disk. */
const FULL = 13;
/** A log of this size is checked in about a second. */
const CHECKED_AT_START_BYTES = 64 * 1024 * 1024;

/**
 * The embedded event store: one SQLite file, one process. Every append is on the disk (synchronous = FULL) before it is
 * confirmed; all appends queued meanwhile share the next transaction.
 */
export class SqliteEventStore implements EventStore {
  /** How often the file has been opened, this time included: grows with every start. */
  readonly epoch: number;
  readonly history = new LogHistory(this);
  readonly life: Life;
  // eslint-disable-next-line no-restricted-syntax -- a test makes the disk full through it
  private readonly database: DatabaseSync;
  readonly #lock: FileLock;
  readonly #writer: Writer;
  readonly #heads: StreamHeads;
  readonly #reader: LogReader;
  readonly #wal: WalCheckpointer;
  #check: LogCheck | undefined;
  readonly #file: string;
  readonly #inode: number;
  readonly #conditions: Conditions | undefined;
  readonly #values: SqliteCheckpoints;
  readonly #subscriptions = new Set<LogSubscription>();
  #checkpointTimer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  /** @throws Unavailable when the file cannot be opened or another process has it */
  constructor(path: string, options: SqliteEventStoreOptions = {}) {
    const file = (this.#file = resolve(path));
    const { last, aside, ...opened } = openLocked(file);
    this.#conditions = options.conditions;
    if (aside)
      options.conditions?.raise(
        'events.db',
        `${file} is an older copy of the log: later changes that were beside it are kept in ${aside}`,
      );
    ({ database: this.database, epoch: this.epoch, lock: this.#lock } = opened);
    this.#inode = statSync(file).ino;
    this.#heads = new StreamHeads(this.database, options.cachedStreams ?? 100_000);
    const stage = new OperationStage(this.database, this.#heads, last);
    this.#values = new SqliteCheckpoints(this.database, () => this.#writeCheckpointsSoon());
    const before = this.#values.get(ALIVE);
    this.life = {
      before: typeof before === 'number' ? before : undefined,
      note: (now) => this.#values.set(ALIVE, now),
    };
    this.#reader = new LogReader(this.database);
    this.#wal = new WalCheckpointer(file, this.database);
    const assertInPlace = () => this.#assertInPlace();
    const onCommit = (commit: Commit) => this.#handOver(commit);
    const onWrite = (failure: Error | undefined) => this.#reportWrite(failure);
    const clock = options.clock ?? systemClock;
    this.#writer = new Writer(this.database, stage, this.#values, { clock, assertInPlace, onCommit, onWrite }, last);
  }

  #reportWrite(failure: Error | undefined): void {
    const subject = 'writes of events.db';
    if (!failure) return this.#conditions?.clear(subject);
    const { errcode } = failure as { errcode?: number };
    const remedy = errcode === FULL ? '; free some space' : '';
    this.#conditions?.raise(
      subject,
      `${this.#file}: ${failure.message}. Nothing is accepted until the file can be written${remedy}`,
    );
  }

  /**
   * Looks for damage in the whole file; in one of more than 64 MB while the store is used.
   * @throws Unavailable, with what is damaged and what to do
   */
  async check(): Promise<void> {
    const { result } = (this.#check = new LogCheck(this.#file));
    if (statSync(this.#file).size <= CHECKED_AT_START_BYTES) {
      const damage = await result;
      if (damage !== undefined) throw damaged(this.#file, damage);
    } else
      void result.then((damage) => {
        if (damage !== undefined) this.#conditions?.raise('events.db', damaged(this.#file, damage).message, 'unready');
      });
  }

  /** Small values that consumers keep beside the log. */
  get checkpoints(): Checkpoints {
    return this.#values;
  }

  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult> {
    let encoded: EncodedAppend;
    try {
      this.#assertOpen();
      encoded = encodeAppend(stream, events, expected);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.#writer.enqueue<AppendResult>({ kind: 'append', stream, events, encoded, expected });
  }

  async *read(stream: string, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    this.#assertOpen();
    if (options.direction !== 'backwards' && this.#heads.isPastEnd(stream, options.from ?? 0)) return;
    let first = true;
    for (const events of this.#reader.stream(stream, options)) {
      if (!first) await turn(); // a long stream must not hold up the rest of the process
      first = false;
      this.#assertOpen();
      yield* events;
    }
  }

  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription {
    this.#assertOpen();
    checkSubscribeOptions(options);
    const subscription: LogSubscription = new LogSubscription(options, handler, {
      last: () => this.#writer.lastPosition,
      read: this.#reader.log(options.categories),
      onEnd: () => this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async head(): Promise<number> {
    this.#assertOpen();
    return this.#writer.lastPosition;
  }

  async eventAt(position: number | 'end'): Promise<Anchor | undefined> {
    this.#assertOpen();
    this.#assertInPlace();
    return this.#reader.eventAt(position === 'end' ? this.#writer.lastPosition : position);
  }

  async tombstone(stream: string, expected: ExpectedRevision): Promise<void> {
    this.#assertOpen();
    await this.#writer.enqueue({ kind: 'tombstone', stream, expected });
  }

  /** Resolves when the file can be written. */
  async ping(): Promise<void> {
    this.#assertOpen();
    this.#values.set('$ping', this.#writer.lastPosition); // an empty transaction would not notice a full disk
    await this.#writer.enqueue({ kind: 'barrier' });
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  async #shutDown(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    clearTimeout(this.#checkpointTimer);
    // The last barrier takes the last checkpoints with it. A disk that is full now must not keep the file locked.
    await this.#writer.enqueue({ kind: 'barrier' }).catch(() => {});
    await Promise.all([this.#wal.stop(), this.#check?.stop()]);
    this.database.close();
    this.#lock.release();
  }

  #handOver(commit: Commit): void {
    if (this.#closing && !this.database.isOpen) return;
    this.#wal.committed();
    if (commit.events.length === 0) return;
    for (const subscription of this.#subscriptions) subscription.offer(commit);
  }

  #writeCheckpointsSoon(): void {
    this.#checkpointTimer = setTimeout(() => {
      if (!this.#values.isDirty) return;
      // Unwritten values stay dirty: try again, at the same pace.
      this.#writer.enqueue({ kind: 'barrier' }).catch(() => this.#writeCheckpointsSoon());
    }, CHECKPOINT_DELAY).unref();
  }

  /** What is written to a file that is no longer in its place would be lost. @throws LogReplaced */
  #assertInPlace(): void {
    if (statSync(this.#file, { throwIfNoEntry: false })?.ino === this.#inode) return;
    throw new LogReplaced(`${this.#file} was replaced or removed while it was open`);
  }

  #assertOpen(): void {
    if (this.#closing) throw new Unavailable('the event store is closed');
  }
}

function openLocked(file: string): ReturnType<typeof openDatabase> & { lock: FileLock } {
  const lock = FileLock.acquire(file);
  try {
    return { ...openDatabase(file), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}
