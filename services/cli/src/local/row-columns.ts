import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { RowFile } from './rows-in.js';

/** More names than that are data, not columns. */
const MOST_COLUMNS = 10_000;

/**
 * All columns of some files, in the order of their first appearance; undefined when no file has JSON lines: the first row
 * of CSV has all of them. @throws CliError for more than 10,000
 */
export async function columnsOf(
  files: readonly RowFile[],
  rowsOf: (file: RowFile) => AsyncIterable<Readonly<Record<string, unknown>>>,
): Promise<readonly string[] | undefined> {
  if (files.every(({ format }) => format === 'csv')) return undefined;
  const columns = new Set<string>();
  for (const file of files)
    for await (const row of rowsOf(file)) {
      for (const name in row) columns.add(name);
      if (file.format === 'csv') break;
      if (columns.size > MOST_COLUMNS)
        throw new CliError(exitCodes.usage, 'BAD_INPUT', `${file.shown}: more than ${MOST_COLUMNS} columns`);
    }
  return [...columns];
}
