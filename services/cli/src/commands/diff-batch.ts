import { dirname, resolve } from 'node:path';
import type { Change, CompareOptions, Stability } from '@tidemark/openapi-diff';
import { CliError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import type { Session } from '../session.js';
import { readDescription, readJsonFile } from './diff-input.js';
import { badInput } from './diff-source.js';

/** One pair of a batch; paths are relative to the batch file. */
interface Case {
  readonly case: number;
  readonly base: string;
  readonly revision: string;
  readonly options?: { readonly stabilityLevel?: Stability };
}

/**
 * Compares the pairs listed in a file, and prints a line for each. A pair that cannot be read gets a line with the
 * reason, and the exit code is 2; after an internal error it is 70. The other pairs are compared in either case.
 */
export async function runBatch(session: Session, file: string, options: CompareOptions): Promise<ExitCode> {
  const { STABILITY_LEVELS } = await import('@tidemark/openapi-diff');
  const cases = casesOf(await readJsonFile(file, session.folder), file, STABILITY_LEVELS);
  const folder = dirname(resolve(session.folder, file));
  let exitCode: ExitCode = exitCodes.ok;
  for (const item of cases) {
    const { fault, ...line } = await lineOf(item, { folder, signal: session.signal }, options);
    if (fault !== undefined && exitCode !== exitCodes.fault) exitCode = fault;
    session.terminal.print(JSON.stringify(line));
  }
  return exitCode;
}

/** The line printed for a pair, and the exit code if it could not be compared. */
async function lineOf(
  item: Case,
  session: Pick<Session, 'folder' | 'signal'>,
  options: CompareOptions,
): Promise<{ case: number; error?: string; changes: object[]; fault?: ExitCode }> {
  const { compare } = await import('@tidemark/openapi-diff');
  try {
    const before = await readDescription(item.base, session);
    const after = await readDescription(item.revision, session);
    // Of oasdiff's own options, only the stability threshold affects the result.
    const level = item.options?.stabilityLevel;
    const { changes } = compare(before, after, { ...options, ...(level !== undefined && { stabilityLevel: level }) });
    return { case: item.case, changes: changes.map(entryOf) };
  } catch (error) {
    if (session.signal.aborted) throw error;
    const fault = error instanceof CliError ? error.exitCode : exitCodes.fault;
    return { case: item.case, error: (error as Error).message, changes: [], fault };
  }
}

function entryOf({ rule: id, level, operation, operations }: Change) {
  if (operations !== undefined) return { id, level, operations: operations.map(named) };
  return { id, level, ...(operation !== undefined && named(operation)) };
}

const named = ({ method, path }: NonNullable<Change['operation']>) => ({ operation: method.toUpperCase(), path });

/** @throws CliError that names the field at fault */
function casesOf(value: unknown, file: string, stabilities: readonly Stability[]): readonly Case[] {
  if (!Array.isArray(value)) throw badInput(`${file}: expected a list of pairs`, undefined);
  for (const [index, item] of value.entries()) {
    const refuse = (field: string, expected: string) =>
      badInput(`${file}: [${index}]${field}: expected ${expected}`, undefined);
    if (typeof item !== 'object' || item === null) throw refuse('', 'an object');
    if (!Number.isSafeInteger(item.case)) throw refuse('.case', 'a whole number');
    for (const field of ['base', 'revision']) if (typeof item[field] !== 'string') throw refuse(`.${field}`, 'a path');
    const { options = {} } = item;
    if (typeof options !== 'object' || options === null) throw refuse('.options', 'an object');
    if (options.stabilityLevel !== undefined && !stabilities.includes(options.stabilityLevel))
      throw refuse('.options.stabilityLevel', `one of ${stabilities.join(', ')}`);
  }
  return value as Case[];
}
