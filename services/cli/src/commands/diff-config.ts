import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { DiffConfig } from '@tidemark/openapi-diff';
import type { Session } from '../session.js';
import { badInput, bytesOf } from './diff-source.js';

export const CONFIG_NAME = 'tidemark-diff.yaml';

interface FoundConfig {
  readonly settings: DiffConfig;
  /** The file; empty without one. */
  readonly name: string;
}

/**
 * The settings of a comparison: the file given, or the one beside a description that is a file, or none.
 * @param given undefined or true: not stated; false: none
 * @throws CliError that names the file and the field at fault
 */
export async function findConfig(
  { folder }: Session,
  given: string | boolean | undefined,
  descriptions: readonly string[],
): Promise<FoundConfig> {
  const { DiffConfigError, NO_CONFIG, ParseError, readDiffConfig } = await import('@tidemark/openapi-diff');
  const beside = descriptions
    .filter((name) => existsSync(resolve(folder, name)))
    .map((name) => join(dirname(name), CONFIG_NAME));
  const name =
    typeof given === 'string'
      ? given
      : given === false
        ? undefined
        : beside.find((one) => existsSync(resolve(folder, one)));
  if (name === undefined) return { settings: NO_CONFIG, name: '' };
  try {
    return { settings: readDiffConfig(await bytesOf(name, folder), name), name };
  } catch (error) {
    if (error instanceof DiffConfigError) throw badInput(`${name}: ${error.message}`, error);
    throw error instanceof ParseError ? badInput(error.message, error) : error;
  }
}
