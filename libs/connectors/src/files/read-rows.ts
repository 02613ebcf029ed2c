import { open } from 'node:fs/promises';
import type { InexactNumbers } from '@tidemark/resilience';
import { csvRows } from './csv-rows.js';
import { decoded } from './decoded.js';
import { type CsvConfig, MAX_ROW_BYTES } from './files.config.js';
import { jsonLines } from './json-lines.js';
import { bytesOf } from './open-bytes.js';
import { FILE_START, type FileRow } from './rows.js';
import { sniffed } from './sniff.js';

export { isEncoding, MAX_ROW_BYTES, quotings, valueTypes, type ValueType } from './files.config.js';

export interface ReadRowsOptions {
  /** Name of the file in errors; with the suffix `.gz` it is compressed. */
  readonly name: string;
  /** A path, or a stream of JSON lines. */
  readonly from: string | AsyncIterable<Buffer>;
  readonly format: 'csv' | 'jsonl';
  /** What is absent is guessed. */
  readonly csv?: Partial<CsvConfig>;
  /** Guessed for a path; UTF-8 for a stream. */
  readonly encoding?: string;
  readonly maxRowBytes?: number;
  readonly inexact?: InexactNumbers;
  readonly signal: AbortSignal;
  /** Called once with what was guessed, if it is not the usual: `encoding windows-1252`, `delimiter ;`. */
  readonly onTook?: (took: readonly string[]) => void;
}

/**
 * The rows of one file anywhere: for the operator's own tools, which need no confined folder.
 * @throws Terminal with line and byte where the file violates its format · the file system's errors
 */
export async function* readRows(options: ReadRowsOptions): AsyncGenerator<FileRow> {
  const { name, from, format, csv, encoding, maxRowBytes = MAX_ROW_BYTES, inexact, signal } = options;
  const rowOptions = { maxRowBytes, ...(inexact !== undefined && { inexact }) };
  if (typeof from !== 'string')
    return yield* jsonLines(decoded({ name, from: () => from }, encoding ?? 'utf-8'), FILE_START, rowOptions);
  const handle = await open(from, 'r');
  try {
    // Quotes of JSON are no fields of CSV.
    const given = format === 'csv' ? (csv ?? {}) : ({ delimiter: ',', quoting: 'none' } as const);
    const { file, csv: dialect, took } = await sniffed(bytesOf(name, handle, signal), given, encoding);
    if (took.length > 0) options.onTook?.(took);
    yield* format === 'csv' ? csvRows(file, dialect, FILE_START, rowOptions) : jsonLines(file, FILE_START, rowOptions);
  } finally {
    await handle.close();
  }
}
