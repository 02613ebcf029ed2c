import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { JsonObject } from '@tidemark/connectors';
import { CliError, usageError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';

export type RowFormat = 'csv' | 'jsonl';

/** Told by the name, `.gz` apart; what has no name is JSON lines. */
export const formatOf = (name: string, given?: RowFormat): RowFormat =>
  given ?? (/\.csv(\.gz)?$/i.test(name) ? 'csv' : 'jsonl');

/** The rows of a file, or JSON lines from standard input (`-`). @throws CliError with line and byte of what is no row */
export async function* rowsIn(
  { folder, signal }: Pick<Session, 'folder' | 'signal'>,
  name: string,
  given?: RowFormat,
): AsyncGenerator<JsonObject> {
  const { readRows } = await import('@tidemark/connectors');
  const format = formatOf(name, given);
  const piped = name === '-';
  if (piped && format === 'csv') throw usageError('standard input is JSON lines; CSV is read from a file');
  const shown = piped ? 'standard input' : name;
  // Nobody has to wait for input that does not come.
  const from = piped ? addAbortSignal(signal, process.stdin) : resolve(folder, name);
  try {
    for await (const { data, problem } of readRows({ name: shown, from, format, signal })) {
      if (!data) throw badRow(problem?.message ?? shown);
      yield data;
    }
  } catch (error) {
    if (error instanceof CliError || signal.aborted) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw badRow(/^E[A-Z]+$/.test(code ?? '') ? `${shown}: cannot be read (${code})` : message);
  }
}

const badRow = (message: string) => new CliError(exitCodes.usage, 'BAD_INPUT', message);
