import type { InexactNumbers } from '@tidemark/resilience';
import type { JsonObject, RecordProblem } from '@tidemark/connector-sdk';

/** A position between two rows of a file; `byte` counts decompressed data. */
export interface FilePosition {
  readonly byte: number;
  /** Line that starts here, from 1. */
  readonly line: number;
  /** Rows before it. */
  readonly row: number;
}

export const FILE_START: FilePosition = { byte: 0, line: 1, row: 0 };

/** A row or its problem, and the position after it. */
export interface FileRow {
  readonly data: JsonObject | null;
  readonly problem?: Omit<RecordProblem, 'objectType'>;
  readonly end: FilePosition;
}

/** The bytes of a file, from any position, any number of times. */
export interface FileBytes {
  readonly name: string;
  from(byte: number): AsyncIterable<Buffer>;
}

export interface RowOptions {
  readonly maxRowBytes: number;
  readonly inexact?: InexactNumbers;
}
