import type { Credential, CredentialData, HttpPool } from '@tidemark/resilience';
import { invalidCredential, privateText } from '../private-text.js';
import type { Session } from '../session.js';

const VARIABLE = 'TIDEMARK_CREDENTIAL';

interface Check {
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
}

const text: Check = { must: 'must be text', holds: (value) => typeof value === 'string' };
/** Valid in a header: a line break copied by accident is reported here, not by the server. */
const line: Check = {
  must: 'must be text on one line',
  holds: (value) => typeof value === 'string' && /^[\x20-\x7e\x80-\xff]+$/.test(value),
};
const url: Check = {
  must: 'must be an http or https URL',
  holds: (value) => typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
};
const time: Check = { must: 'must be a time in milliseconds since 1970', holds: Number.isFinite };
const texts: Check = {
  must: 'must be a list of strings',
  holds: (value) => Array.isArray(value) && value.every(text.holds),
};
const values: Check = {
  must: 'must be an object of strings',
  holds: (value) => typeof value === 'object' && value !== null && Object.values(value).every(text.holds),
};
const oneOf = (...all: readonly string[]): Check => ({
  must: `must be ${all.join(' or ')}`,
  holds: (value) => all.includes(value as string),
});
const optional = ({ must, holds }: Check): Check => ({ must, holds: (value) => value === undefined || holds(value) });

const client = {
  'client.clientId': text,
  'client.tokenUrl': url,
  'client.clientSecret': optional(text),
  'client.clientAuth': optional(oneOf('basic', 'post', 'none')),
  'client.scopes': optional(texts),
  'client.parameters': optional(values),
};

/** The fields of each kind. */
const fieldsOf: Readonly<Record<CredentialData['kind'], Readonly<Record<string, Check>>>> = {
  bearer: { token: line },
  basic: { username: text, password: text },
  'api-key': { key: line, in: oneOf('header', 'query'), name: line, prefix: optional(line) },
  'oauth2-authorization-code': {
    ...client,
    'tokens.accessToken': line,
    'tokens.refreshToken': optional(text),
    'tokens.obtainedAt': time,
    'tokens.expiresAt': optional(time),
  },
  'oauth2-client-credentials': client,
};

/**
 * The credential from a file that only its owner can read, or from the environment; never from the command line, which
 * every user of the machine can see. @throws CliError that names the field at fault and quotes nothing
 */
export async function credentialOf(
  { env, folder }: Pick<Session, 'env' | 'folder'>,
  file: string | undefined,
  pool: HttpPool,
): Promise<Credential | undefined> {
  const where = file ?? VARIABLE;
  const text = file === undefined ? env[VARIABLE] : privateText(file, folder);
  if (text === undefined || text === '') return undefined;
  const { createCredential } = await import('@tidemark/resilience');
  return createCredential(where, dataOf(text, where), { http: pool.client({ side: 'source' }) });
}

function dataOf(text: string, where: string): CredentialData {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw invalidCredential(`${where}: not valid JSON`);
  }
  const kind = valueAt(data, 'kind');
  const fields =
    typeof kind === 'string' && Object.hasOwn(fieldsOf, kind) ? fieldsOf[kind as CredentialData['kind']] : undefined;
  if (!fields) throw invalidCredential(`${where}: kind must be one of ${Object.keys(fieldsOf).join(', ')}`);
  for (const [field, { must, holds }] of Object.entries(fields))
    if (!holds(valueAt(data, field))) throw invalidCredential(`${where}: ${field} ${must}`);
  return data as CredentialData;
}

const valueAt = (data: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], data);
