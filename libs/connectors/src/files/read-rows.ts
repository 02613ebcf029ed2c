import { open } from 'node:fs/promises';
import { csvRows } from './csv-rows.js';
import { csvDefaults, type CsvConfig } from './files.config.js';
import { jsonLines } from './json-lines.js';
import { bytesOf } from './open-bytes.js';
import { FILE_START, type FileRow } from './rows.js';

export interface ReadRowsOptions {
  /** Name of the file in errors; with the suffix `.gz` it is compressed. */
  readonly name: string;
  /** A path, or a stream of JSON lines. */
  readonly from: string | AsyncIterable<Buffer>;
  readonly format: 'csv' | 'jsonl';
  readonly csv?: CsvConfig;
  readonly signal: AbortSignal;
}

/**
 * The rows of one file anywhere: for the operator's own tools, which need no confined folder.
 * @throws Terminal with line and byte where the file violates its format · the file system's errors
 */
export async function* readRows({ name, from, format, csv, signal }: ReadRowsOptions): AsyncGenerator<FileRow> {
  if (typeof from !== 'string') return yield* jsonLines({ name, from: () => from });
  const handle = await open(from, 'r');
  try {
    const bytes = bytesOf(name, handle, signal);
    yield* format === 'csv' ? csvRows(bytes, csvDefaults(csv), FILE_START) : jsonLines(bytes);
  } finally {
    await handle.close();
  }
}
