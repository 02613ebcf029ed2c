import type { Key, Row } from './row.js';

/** A row with a new key. */
export interface Added {
  readonly type: 'added';
  readonly key: Key;
  readonly row: Row;
}

export interface Changed {
  readonly type: 'changed';
  readonly key: Key;
  readonly row: Row;
  /**
   * Names of the columns that differ; columns that are new to the model are included, as their values were never sent.
   * Two values of a column are distinguished by 24 bits of their hashes: one change in 16 million is not named, though the
   * row is reported; when no column of a row seems to differ, all of them are named.
   */
  readonly columns: readonly string[];
  /** data: a value differs · schema: none does, but the model has columns that the snapshot does not know. */
  readonly cause: 'data' | 'schema';
  /** The row as it was, when the previous snapshot keeps values. */
  readonly before?: Row;
}

/** A row that no longer exists. */
export interface Removed {
  readonly type: 'removed';
  readonly key: Key;
  readonly before?: Row;
}

/** A row whose key an earlier row of the same input has; it is left out. */
export interface DuplicateKey {
  readonly type: 'duplicateKey';
  readonly key: Key;
  /** Counted from 1. */
  readonly rowNumber: number;
}

/** A row that has null in a key column; it is left out. */
export interface NullKey {
  readonly type: 'nullKey';
  /** Counted from 1. */
  readonly rowNumber: number;
  /** The key columns that are null. */
  readonly columns: readonly string[];
}

export type Problem = DuplicateKey | NullKey;
export type Difference = Added | Changed | Removed | Problem;

/** How many rows were read, and their outcomes; removed rows were not read. */
export interface Counts {
  rows: number;
  unchanged: number;
  added: number;
  /** By data. */
  changed: number;
  /** Offered only because the model has new columns. */
  schemaOnly: number;
  removed: number;
  duplicateKey: number;
  nullKey: number;
}

/** A row without a usable key, when the options make it an error. */
export class KeyProblem extends Error {
  override readonly name = 'KeyProblem';
  readonly code = 'KEY_PROBLEM';
  constructor(readonly problem: Problem) {
    super(
      problem.type === 'nullKey'
        ? `row ${problem.rowNumber}: key column ${problem.columns.join(', ')} is null`
        : `row ${problem.rowNumber}: an earlier row has the same key ${keyText(problem.key)}`,
    );
  }
}

/** A key as shown in an error: short, just enough to identify the row. */
export function keyText(key: Key): string {
  const text = key.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(', ');
  return `[${text.length > 200 ? `${text.slice(0, 200)}…` : text}]`;
}
