import { isJsonObject } from '@tidemark/foundation';
import { CliError } from '../cli-error.js';
import { privateText } from '../private-text.js';
import type { Fault, Path } from './declaration-file.js';

/** Fields of credentials that a file of declarations must not contain as text. */
const SECRET: ReadonlySet<string> = new Set([
  ...['token', 'password', 'key', 'clientSecret', 'accessToken', 'refreshToken', 'webhookSecrets'],
]);

export interface ReferenceContext {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
}

/** A value of a credential with its references replaced: `{env: NAME}` and `{file: PATH}`, whose last line break is dropped. */
export function dereferenced(
  value: unknown,
  path: Path,
  context: ReferenceContext,
  faults: Fault[],
  isSecret = SECRET.has(String(path.at(-1))),
): unknown {
  const field = `\`${path.slice(2).join('.')}\``;
  const refused = (message: string) => void faults.push({ path, message: `${field} ${message}` });
  if (Array.isArray(value)) return value.map((one, at) => dereferenced(one, [...path, at], context, faults, isSecret));
  if (!isJsonObject(value)) {
    return isSecret ? refused('must be a reference: {env: NAME} or {file: PATH}') : value;
  }
  const [[name, target] = [], ...others] = Object.entries(value);
  const isReference = others.length === 0 && (name === 'env' || name === 'file') && typeof target === 'string';
  if (!isReference) {
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, one]) => [key, dereferenced(one, [...path, key], context, faults)]));
  }
  if (name === 'env')
    return context.env[target] || refused(`refers to the environment variable ${target}, which is not set`);
  try {
    return privateText(target, context.folder).replace(/\r?\n$/, '');
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return refused(`refers to a file: ${error.message}`);
  }
}
