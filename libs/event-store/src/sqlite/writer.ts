import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '@tidemark/foundation';
import { EventStoreError, Unavailable } from '../errors.js';
import type { SqliteCheckpoints } from './checkpoints.js';
import { type OperationStage, type Commit, type Operation, type Outcome } from './operations.js';

/** At most this much in a transaction, so that one commit does not hold up the event loop. */
const GROUP_OPERATIONS = 200;
const GROUP_BYTES = 4 * 1024 * 1024;

export interface WriterSurroundings {
  readonly clock: Clock;
  /** Throws when the file is no longer where it was opened. */
  readonly assertInPlace: () => void;
  /** Runs after the promises of a commit were resolved and the code that awaited them has run. */
  readonly onCommit: (commit: Commit) => void;
  /** Receives why the file could not be written, and undefined when it was. */
  readonly onWrite: (failure: Error | undefined) => void;
}

interface Queued {
  readonly operation: Operation;
  readonly resolve: (outcome: never) => void;
  readonly reject: (error: Error) => void;
  outcome?: Outcome;
}

/**
 * Commits in groups: the first operation queued schedules one setImmediate, which puts everything queued by then into
 * one transaction. A refused operation (a conflict) does not affect the others; a transaction that fails
 * rejects all of its operations with Unavailable and leaves no trace, so the next one is not affected.
 */
export class Writer {
  #queue: Queued[] = [];
  #scheduled = false;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;

  constructor(
    private readonly database: DatabaseSync,
    private readonly stage: OperationStage,
    private readonly checkpoints: SqliteCheckpoints,
    private readonly surroundings: WriterSurroundings,
    /** Position of the last committed event. */
    public lastPosition: number,
  ) {
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#end = database.prepare('COMMIT');
  }

  enqueue<T>(operation: Operation): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ operation, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#commitGroup());
  }

  #commitGroup(): void {
    this.#scheduled = false;
    const group = this.#takeGroup();
    const commit = this.#transact(group);
    if (!commit) return;
    for (const { outcome, resolve, reject } of group) {
      if (outcome instanceof EventStoreError) reject(outcome);
      else resolve(outcome as never);
    }
    // Not at once: code that awaited an append (such as a state cache) runs before subscribers see its events.
    setImmediate(() => this.surroundings.onCommit(commit));
  }

  #takeGroup(): Queued[] {
    const queue = this.#queue;
    let size = 0;
    for (let bytes = 0; size < queue.length && size < GROUP_OPERATIONS && bytes < GROUP_BYTES; size++) {
      const { operation } = queue[size]!;
      if (operation.kind === 'append') bytes += operation.encoded.bytes;
    }
    if (size === queue.length) {
      this.#queue = [];
      return queue;
    }
    this.#schedule();
    return queue.splice(0, size);
  }

  /** @returns the events added to the log, or undefined when the transaction failed and every operation was rejected. */
  #transact(group: Queued[]): Commit | undefined {
    const commit: Commit = { events: [], bytes: 0 };
    const now = this.surroundings.clock.now();
    try {
      this.surroundings.assertInPlace();
      this.#begin.run();
      for (const queued of group) queued.outcome = this.stage.apply(queued.operation, commit, now);
      this.stage.flush();
      this.checkpoints.write();
      this.#end.run();
    } catch (cause) {
      this.#rollBack(group, cause as Error);
      return undefined;
    }
    this.stage.committed();
    this.checkpoints.written();
    this.lastPosition += commit.events.length;
    this.surroundings.onWrite(undefined);
    return commit;
  }

  #rollBack(group: Queued[], cause: Error): void {
    try {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
    } catch {
      // SQLite had rolled back by itself; the cause below says why.
    }
    this.stage.rolledBack(this.lastPosition);
    const error = new Unavailable(`the events could not be written: ${cause.message}`, { cause });
    for (const { reject } of group) reject(error);
    this.surroundings.onWrite(cause);
  }
}
