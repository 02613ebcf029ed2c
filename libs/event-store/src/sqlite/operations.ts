import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EncodedAppend } from '../encoding.js';
import { Conflict, StreamDeleted, StreamNotFound, type EventStoreError } from '../errors.js';
import type { AppendResult, ExpectedRevision, NewEvent, RecordedEvent } from '../port.js';
import { checksumOf } from './checksum.js';
import { RowBuffer } from './row-buffer.js';
import { type StreamHeads, type StreamHead } from './stream-heads.js';

export interface AppendOperation {
  readonly kind: 'append';
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly encoded: EncodedAppend;
  readonly expected: ExpectedRevision;
}

export interface TombstoneOperation {
  readonly kind: 'tombstone';
  readonly stream: string;
  readonly expected: ExpectedRevision;
}

/** Resolves when everything queued before it, checkpoints included, is durable. */
export interface BarrierOperation {
  readonly kind: 'barrier';
}

export type Operation = AppendOperation | TombstoneOperation | BarrierOperation;
export type Outcome = AppendResult | EventStoreError | undefined;

/** The events that one transaction adds to the log. */
export interface Commit {
  readonly events: RecordedEvent[];
  bytes: number;
}

/** Applies operations inside the writer's transaction: checks revisions, assigns positions, inserts. */
export class OperationStage {
  readonly #eventRows: RowBuffer;
  readonly #streamRows: RowBuffer;
  readonly #block: StatementSync;
  readonly #markDeleted: StatementSync;
  readonly #touched = new Set<string>();
  #nextPosition: number;

  constructor(
    database: DatabaseSync,
    private readonly heads: StreamHeads,
    lastPosition: number,
  ) {
    this.#nextPosition = lastPosition + 1;
    this.#eventRows = new RowBuffer(database, 'events', 9);
    this.#streamRows = new RowBuffer(database, 'streams', 3);
    this.#block = database.prepare('SELECT id, pos FROM events WHERE sid = ? AND rev >= ? ORDER BY rev LIMIT ?');
    this.#markDeleted = database.prepare('UPDATE streams SET deleted = 1 WHERE sid = ?');
  }

  /** Applies one operation; a returned error concerns it alone and does not affect the others. */
  apply(operation: Operation, commit: Commit, now: number): Outcome {
    if (operation.kind === 'barrier') return undefined;
    const head = this.heads.get(operation.stream);
    if (head?.deleted) return new StreamDeleted(operation.stream);
    return operation.kind === 'append' ? this.#append(operation, head, commit, now) : this.#tombstone(operation, head);
  }

  /** Inserts the rows that are still buffered. */
  flush(): void {
    this.#streamRows.flush();
    this.#eventRows.flush();
  }

  /** The transaction is durable. */
  committed(): void {
    this.#touched.clear();
  }

  /** The transaction is rolled back: forget its effects. */
  rolledBack(lastPosition: number): void {
    this.#streamRows.clear();
    this.#eventRows.clear();
    for (const stream of this.#touched) this.heads.drop(stream);
    this.#touched.clear();
    this.#nextPosition = lastPosition + 1;
  }

  #append(operation: AppendOperation, head: StreamHead | undefined, commit: Commit, now: number): Outcome {
    const { stream, expected, encoded } = operation;
    const repeated = head && this.#findRepeated(operation, head);
    if (repeated) return repeated;
    if (!isExpected(head, expected)) return new Conflict(stream, head?.revision ?? 'no_stream');
    const end = head ?? this.#create(stream);
    this.#touched.add(stream);
    for (const [index, event] of operation.events.entries()) {
      const position = this.#nextPosition++;
      const revision = ++end.revision;
      const { data, metadata } = encoded.events[index]!;
      const crc = checksumOf(stream, [position, revision, event.id, event.type, data, metadata, now]);
      this.#eventRows.add(position, end.sid, revision, event.id, event.type, data, metadata, now, crc);
      commit.events.push({
        id: event.id,
        type: event.type,
        data: event.data,
        metadata: event.metadata,
        stream,
        revision,
        position,
        recordedAt: now,
      });
    }
    commit.bytes += encoded.bytes;
    end.position = this.#nextPosition - 1;
    end.lastId = operation.events.at(-1)!.id;
    return { revision: end.revision, position: end.position };
  }

  #create(stream: string): StreamHead {
    const head = { sid: this.#nextPosition, revision: -1, position: -1, lastId: '', deleted: false };
    this.heads.set(stream, head);
    this.#streamRows.add(head.sid, stream, 0);
    return head;
  }

  #tombstone(operation: TombstoneOperation, head: StreamHead | undefined): Outcome {
    const { stream, expected } = operation;
    if (!head) return new StreamNotFound(stream);
    if (!isExpected(head, expected)) return new Conflict(stream, head.revision);
    this.flush();
    this.#markDeleted.run(head.sid);
    this.#touched.add(stream);
    head.deleted = true;
    return undefined;
  }

  /** The first result of a repeated append: its ids are stored at the expected revision. */
  #findRepeated(operation: AppendOperation, head: StreamHead): AppendResult | undefined {
    const { events, expected } = operation;
    const last = head.revision;
    let first: number;
    if (expected === 'any' || expected === 'stream_exists') {
      if (head.lastId !== events.at(-1)!.id) return undefined;
      first = last + 1 - events.length;
    } else {
      first = expected === 'no_stream' ? 0 : expected + 1;
    }
    if (first < 0 || first + events.length - 1 > last) return undefined;
    this.flush(); // they may have been appended in this very transaction
    const rows = this.#block.all(head.sid, first, events.length);
    if (!rows.every((row, index) => row['id'] === events[index]!.id)) return undefined;
    return { revision: first + events.length - 1, position: rows.at(-1)!['pos'] as number };
  }
}

function isExpected(head: StreamHead | undefined, expected: ExpectedRevision): boolean {
  if (expected === 'any') return true;
  if (expected === 'no_stream') return head === undefined;
  if (expected === 'stream_exists') return head !== undefined;
  return head?.revision === expected;
}
