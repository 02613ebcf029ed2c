import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';

const MAX_BYTES = 64 * 1024;

/** The text of a file with a secret, which only its owner can read. @throws CliError that quotes nothing of it */
export function privateText(file: string, folder: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(resolve(folder, file), 'r');
  } catch (error) {
    throw invalidCredential(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const { mode, size } = fstatSync(descriptor);
    if ((mode & 0o077) !== 0) throw invalidCredential(`${file}: readable by other users; run chmod 600 ${file}`);
    if (size > MAX_BYTES) throw invalidCredential(`${file}: larger than ${MAX_BYTES} bytes`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

export const invalidCredential = (message: string) => new CliError(exitCodes.usage, 'CREDENTIAL_INVALID', message);
