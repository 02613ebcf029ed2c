import { constants, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { JsonObject } from '@tidemark/connector-sdk';
import { CliError, usageError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';

export type RowFormat = 'csv' | 'jsonl';

/** From the file name without `.gz`; JSON lines by default. */
export const formatOf = (name: string, given?: RowFormat): RowFormat =>
  given ?? (/\.csv(\.gz)?$/i.test(name) ? 'csv' : 'jsonl');

/**
 * The rows of a file, or JSON lines from standard input (`-`) or another pipe.
 * @throws CliError with line and byte of an invalid row
 */
export async function* rowsIn(
  { folder, signal }: Pick<Session, 'folder' | 'signal'>,
  name: string,
  given?: RowFormat,
): AsyncGenerator<JsonObject> {
  const { readRows } = await import('@tidemark/connectors/rows');
  const format = formatOf(name, given);
  const shown = name === '-' ? 'standard input' : name;
  const path = resolve(folder, name);
  const piped = name === '-' || (await isPipe(path));
  if (piped && format === 'csv') throw usageError(`${shown} must be JSON lines; CSV can be read only from a file`);
  // Ctrl-C also ends a wait for input that never arrives.
  const from = piped ? addAbortSignal(signal, name === '-' ? process.stdin : pipeOf(path)) : path;
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

/** Includes the shell's `<(…)`. A missing file is reported when it is opened. */
const isPipe = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFIFO(),
    () => false,
  );

/** Opened without blocking until a writer appears. */
const pipeOf = (path: string): Socket =>
  new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });

const badRow = (message: string) => new CliError(exitCodes.usage, 'BAD_INPUT', message);
