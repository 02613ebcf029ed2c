import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '@tidemark/foundation';
import type { Scope } from './scope.js';

/** The values of a row's key columns, or the external id of a source's object. */
export type RowKey = readonly Json[];

/** A row of a connection. */
export interface RowRef {
  readonly destination: string;
  /** Of the source. */
  readonly object: string;
  readonly key: RowKey;
}

/** A row that its destination did not take. */
export interface RefusedRow extends RowRef {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
  /** As it was to be written, before any correction. */
  readonly data: JsonObject;
  readonly action?: 'delete';
}

/** What a person decided about a row; it holds until the row changes in the source. */
export interface Decision {
  /** Written in place of the row's own values; null: the row is discarded. */
  readonly set: JsonObject | null;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `contentHash` of the row's data that it was made for. */
  readonly hash: string;
}

/** A row that is not in its destination although it should be. Times are milliseconds since the epoch. */
export interface FailedRow extends RefusedRow {
  readonly id: string;
  readonly pattern: string;
  readonly since: number;
  /** Jobs that have tried to write it. */
  readonly tries: number;
  readonly triedAt: number;
  /** The last of them. */
  readonly jobId: string;
  readonly decision?: Decision;
}

/** What became of rows that a job tried to write. Recording the same again changes nothing. */
export interface TriedRows extends Scope {
  readonly jobId: string;
  readonly at: number;
  readonly refused: readonly RefusedRow[];
  /** Ids of rows that are in the destination now, or need not be. */
  readonly settled: readonly string[];
  /** Ids of rows whose decision no longer holds. */
  readonly changed?: readonly string[];
}

export interface FailedRowFilter {
  readonly object?: string;
  readonly destination?: string;
  readonly code?: string;
  /** As `messagePattern` makes it. */
  readonly pattern?: string;
  readonly field?: string;
  /** `keyText` of the row. */
  readonly keyText?: string;
  readonly ids?: readonly string[];
}

/** The oldest first. */
export interface FailedRowQuery extends FailedRowFilter {
  /** The `next` of the page before. @see FailedRowPage */
  readonly after?: string;
  /** Rows to leave out, in place of `after`. */
  readonly skip?: number;
  readonly limit: number;
}

export interface FailedRowPage {
  readonly rows: readonly FailedRow[];
  /** Of all that the filter matches. */
  readonly total: number;
  /** Null at the end. */
  readonly next: string | null;
}

/**
 * The rows of connections that are not in their destinations although they should be, and what was decided about them.
 * Every method rejects with RecordStoreUnavailable while the store cannot be reached.
 */
export interface FailedRows {
  record(tried: TriedRows): Promise<void>;
  /** @throws RecordCursorInvalid */
  list(scope: Scope, query: FailedRowQuery): Promise<FailedRowPage>;
  /** Decides about an open row; a discarded one leaves the list. Undefined: no such row is open. */
  decide(scope: Scope, id: string, decision: Decision): Promise<FailedRow | undefined>;
  /** All that hold, by id of the row, also of rows that have arrived since. */
  decisions(scope: Scope): Promise<ReadonlyMap<string, Decision>>;
  /** Closes rows that the job did not try: they are in the destination, or gone from the source. */
  settleUntried(scope: Scope, jobId: string, filter: FailedRowFilter): Promise<void>;
  /** Closes and forgets the rows of all destinations but these. */
  keepDestinations(scope: Scope, names: readonly string[]): Promise<void>;
  remove(scope: Scope): Promise<void>;
}

/** Names a row in 22 characters that are safe in URLs: the same for the same row of a connection. */
export const failedRowId = ({ destination, object, key }: RowRef): string =>
  createHash('sha256')
    .update(JSON.stringify([destination, object, key]))
    .digest('base64url')
    .slice(0, 22);

/** The key as a person writes it: its one text, or JSON. */
export const keyText = (key: RowKey): string =>
  key.length !== 1 ? JSON.stringify(key) : typeof key[0] === 'string' ? key[0] : JSON.stringify(key[0]);
