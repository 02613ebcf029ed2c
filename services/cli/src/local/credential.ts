import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Credential, CredentialData, HttpPool } from '@tidemark/resilience';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';

const VARIABLE = 'TIDEMARK_CREDENTIAL';
const MAX_BYTES = 64 * 1024;

/** What each kind must have. */
const fieldsOf: Readonly<Record<CredentialData['kind'], readonly string[]>> = {
  bearer: ['token'],
  basic: ['username', 'password'],
  'api-key': ['key', 'in', 'name'],
  'oauth2-authorization-code': ['client.clientId', 'client.tokenUrl', 'tokens.accessToken'],
  'oauth2-client-credentials': ['client.clientId', 'client.tokenUrl'],
};

/**
 * The credential of a file that nobody else may read, or of the environment; never of the command line, which everybody
 * on the machine can see. @throws CliError that names the field at fault and quotes nothing
 */
export async function credentialOf(
  { env, folder }: Pick<Session, 'env' | 'folder'>,
  file: string | undefined,
  pool: HttpPool,
): Promise<Credential | undefined> {
  const where = file ?? VARIABLE;
  const text = file === undefined ? env[VARIABLE] : await privateText(file, folder);
  if (text === undefined || text === '') return undefined;
  const { createCredential } = await import('@tidemark/resilience');
  return createCredential(where, dataOf(text, where), { http: pool.client({ side: 'source' }) });
}

function dataOf(text: string, where: string): CredentialData {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw invalid(`${where}: no JSON`);
  }
  const kind = valueAt(data, 'kind');
  const fields =
    typeof kind === 'string' && Object.hasOwn(fieldsOf, kind) ? fieldsOf[kind as CredentialData['kind']] : undefined;
  if (!fields) throw invalid(`${where}: kind must be one of ${Object.keys(fieldsOf).join(', ')}`);
  for (const field of fields)
    if (typeof valueAt(data, field) !== 'string') throw invalid(`${where}: ${field} must be text`);
  return data as CredentialData;
}

const valueAt = (data: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], data);

async function privateText(file: string, folder: string): Promise<string> {
  const handle = await open(resolve(folder, file), 'r').catch((error: NodeJS.ErrnoException) => {
    throw invalid(`${file}: cannot be read (${error.code})`);
  });
  try {
    const { mode, size } = await handle.stat();
    if ((mode & 0o077) !== 0) throw invalid(`${file}: others may read it; chmod 600 ${file}`);
    if (size > MAX_BYTES) throw invalid(`${file}: more than ${MAX_BYTES} bytes`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

const invalid = (message: string) => new CliError(exitCodes.usage, 'CREDENTIAL_INVALID', message);
