import type { FieldFault } from '@tidemark/contracts';
import type { CredentialData } from './credential-data.js';

interface Check {
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
}

const text: Check = { must: 'must be text', holds: (value) => typeof value === 'string' && value.length <= 65_536 };
/** Valid in a header: a line break copied by accident is reported here, not by the server. */
const line: Check = {
  must: 'must be text on one line',
  holds: (value) => typeof value === 'string' && value.length <= 65_536 && /^[\x20-\x7e\x80-\xff]+$/.test(value),
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
const MAX_WEBHOOK_SECRETS = 5;
const secrets: Check = {
  must: `must be a list of at most ${MAX_WEBHOOK_SECRETS} texts that are not empty`,
  holds: (value) =>
    Array.isArray(value) && value.length <= MAX_WEBHOOK_SECRETS && value.every((one) => text.holds(one) && one !== ''),
};
const oneOf = (...all: readonly string[]): Check => ({
  must: `must be ${all.join(' or ')}`,
  holds: (value) => all.includes(value as string),
});
const optional = ({ must, holds }: Check): Check => ({ must, holds: (value) => value === undefined || holds(value) });

const client = {
  'client.clientId': text,
  'client.tokenUrl': url,
  'client.authorizationUrl': optional(url),
  'client.clientSecret': optional(text),
  'client.clientAuth': optional(oneOf('basic', 'post', 'none')),
  'client.scopes': optional(texts),
  'client.parameters': optional(values),
  'client.authorizationParameters': optional(values),
};

const tokens = {
  'tokens.accessToken': line,
  'tokens.refreshToken': optional(text),
  'tokens.obtainedAt': time,
  'tokens.expiresAt': optional(time),
};

/** The fields of each kind. */
const fieldsOf: Readonly<Record<CredentialData['kind'], Readonly<Record<string, Check>>>> = {
  bearer: { token: line },
  basic: { username: text, password: text },
  'api-key': { key: line, in: oneOf('header', 'query'), name: line, prefix: optional(line) },
  'oauth2-authorization-code': client,
  'oauth2-client-credentials': client,
};

export const credentialKinds = Object.keys(fieldsOf) as readonly CredentialData['kind'][];

/**
 * What is wrong with a credential as it was written; empty: it is CredentialData. Quotes nothing of it.
 * @param withTokens an authorization code must come with its tokens, because nobody will be asked for consent
 */
export function credentialFaults(data: unknown, { withTokens = false } = {}): readonly FieldFault[] {
  const kind = valueAt(data, 'kind');
  const fields =
    typeof kind === 'string' && Object.hasOwn(fieldsOf, kind) ? fieldsOf[kind as CredentialData['kind']] : undefined;
  if (!fields) return [{ field: 'kind', message: `must be one of ${credentialKinds.join(', ')}` }];
  const hasTokens = kind === 'oauth2-authorization-code' && (withTokens || valueAt(data, 'tokens') !== undefined);
  return Object.entries({ ...fields, ...(hasTokens && tokens), webhookSecrets: optional(secrets) })
    .filter(([field, { holds }]) => !holds(valueAt(data, field)))
    .map(([field, { must }]) => ({ field, message: must }));
}

const valueAt = (data: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], data);
