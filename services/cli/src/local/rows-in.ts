import { constants, createWriteStream, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { JsonObject } from '@tidemark/connector-sdk';
import type { ReadRowsOptions } from '@tidemark/connectors/rows';
import { CliError, usageError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';
import { rowLimit, tooLong } from './row-limit.js';

export type RowFormat = 'csv' | 'jsonl';

/** A file of rows: its name for people, and where it is. */
export interface RowFile {
  readonly shown: string;
  readonly from: string | Readable;
  readonly format: RowFormat;
}

/** From the file name without `.gz`; JSON lines by default. */
const formatOf = (name: string, given?: RowFormat): RowFormat =>
  given ?? (/\.(csv|tsv)(\.gz)?$/i.test(name) ? 'csv' : 'jsonl');

/** A file, standard input (`-`) or another pipe; a pipe has JSON lines and can be read once. @throws CliError */
export async function rowFile(
  { folder, signal }: Pick<Session, 'folder' | 'signal'>,
  name: string,
  given?: RowFormat,
): Promise<RowFile> {
  const format = formatOf(name, given);
  const shown = name === '-' ? 'standard input' : name;
  const path = resolve(folder, name);
  const piped = name === '-' || (await isPipe(path));
  if (piped && format === 'csv') throw usageError(`${shown} must be JSON lines; CSV can be read only from a file`);
  // Ctrl-C also ends a wait for input that never arrives.
  return { shown, format, from: piped ? addAbortSignal(signal, name === '-' ? process.stdin : pipeOf(path)) : path };
}

/** The same, but what is piped is kept in a folder first, so that it can be read again. */
export async function rereadable(file: RowFile, folder: string): Promise<RowFile> {
  if (typeof file.from === 'string') return file;
  const path = join(folder, `piped-${process.hrtime.bigint()}`);
  await pipeline(file.from, createWriteStream(path, { flags: 'wx' }));
  return { ...file, from: path };
}

/**
 * The rows of a file, or JSON lines from a pipe.
 * @throws CliError with line and byte of an invalid row
 */
export async function* rowsIn(
  session: Pick<Session, 'env' | 'signal'>,
  { shown, from, format }: RowFile,
  options: Pick<ReadRowsOptions, 'csv' | 'encoding' | 'inexact' | 'onTook'> = {},
): AsyncGenerator<JsonObject> {
  const { readRows } = await import('@tidemark/connectors/rows');
  const { signal } = session;
  const maxRowBytes = rowLimit(session);
  try {
    for await (const { data, problem } of readRows({ ...options, name: shown, from, format, signal, maxRowBytes })) {
      if (!data) throw badRow(problem?.message ?? shown);
      yield data;
    }
  } catch (error) {
    if (error instanceof CliError || signal.aborted) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (/^E[A-Z]+$/.test(code ?? '')) throw badRow(`${shown}: cannot be read (${code})`);
    throw badRow(
      message
        .replace(/a row is longer than .*/, `a row ${tooLong(maxRowBytes)}`)
        .replace(/`(encoding|quoting|escape)`/g, '--$1'),
    );
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
