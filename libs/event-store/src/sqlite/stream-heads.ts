import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BoundedCache } from '@tidemark/foundation';

/** The end of a stream, uncommitted events of the running transaction included. */
export interface StreamHead {
  readonly sid: number;
  revision: number;
  position: number;
  /** Id of the last event. */
  lastId: string;
  deleted: boolean;
}

/** Heads of the streams written last; the others are looked up in the file. */
export class StreamHeads {
  readonly #cache: BoundedCache<StreamHead>;
  readonly #lookup: StatementSync;

  constructor(database: DatabaseSync, limit: number) {
    // A head must stay for the transaction that changes it: its rows are not in the file yet.
    this.#cache = new BoundedCache(Math.max(limit, 2_000));
    this.#lookup = database.prepare(`
      SELECT s.sid, e.rev AS revision, e.pos AS position, e.id AS lastId, s.deleted
      FROM streams s JOIN events e ON e.sid = s.sid
      WHERE s.name = ? ORDER BY e.rev DESC LIMIT 1`);
  }

  get(stream: string): StreamHead | undefined {
    const cached = this.#cache.get(stream);
    if (cached) return cached;
    const row = this.#lookup.get(stream) as unknown as (Omit<StreamHead, 'deleted'> & { deleted: number }) | undefined;
    if (!row) return undefined;
    const head = { ...row, deleted: row.deleted === 1 };
    this.#cache.set(stream, head);
    return head;
  }

  /** Whether memory alone proves that an existing stream has no event from this revision on. */
  isPastEnd(stream: string, from: number): boolean {
    const head = this.#cache.get(stream);
    return head !== undefined && !head.deleted && from > head.revision;
  }

  set(stream: string, head: StreamHead): void {
    this.#cache.set(stream, head);
  }

  /** Forgets the changes of a failed transaction. */
  drop(stream: string): void {
    this.#cache.delete(stream);
  }
}
