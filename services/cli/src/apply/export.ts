import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  providerIdOf,
  UpdateConnection,
  type ConnectionView,
  type CredentialView,
  type IgnoreRule,
} from '@tidemark/contracts';
import { fieldsOf } from '@tidemark/contracts/fields';
import { Document, isMap, isSeq } from 'yaml';
import { path } from '../api/api.js';
import type { Session } from '../session.js';
import { currentOf, listRules } from './current.js';

const HEADER =
  ' What this installation has; `tidemark apply -f FILE` makes it so again.\n Secrets are not shown: without their fields, credentials keep those that are stored.';

/** The fields of a kind that a new installation needs. */
const fieldsOfKind: Readonly<Record<string, readonly string[]>> = {
  bearer: ['token'],
  basic: ['username', 'password'],
  'api-key': ['key', 'in', 'parameter'],
};

/** Prints what there is as a declaration, or writes it to a file. */
export async function exportDeclaration(session: Session, { output }: { readonly output?: string }): Promise<void> {
  const { api } = session;
  const { credentials, connections } = await currentOf(api);
  const oldestFirst = connections.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || (a.id < b.id ? -1 : 1));
  const declared: object[] = [];
  for (const { id } of oldestFirst) {
    const connection = await api.get<ConnectionView>(path`v1/connections/${id}`);
    declared.push(connectionOf(connection, connections, credentials, await listRules(api, id)));
  }
  const content = { credentials: credentials.map((one) => credentialOf(one, credentials)), connections: declared };
  if (session.json) return session.terminal.print(JSON.stringify(content, null, 2));
  const document = new Document(content);
  document.commentBefore = HEADER;
  const section = document.get('credentials');
  for (const [at, { name, kind }] of credentials.entries()) {
    const item = isSeq(section) ? section.items[at] : undefined;
    if (isMap(item)) item.comment = hint(name, kind);
  }
  const text = document.toString({ lineWidth: 120 });
  if (output === undefined) return session.terminal.print(text.trimEnd());
  await writeFile(resolve(session.folder, output), text);
  session.terminal.note(`wrote ${output}`);
}

function hint(name: string, kind: string): string {
  const variable = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  const fields = fieldsOfKind[kind] ?? ['client'];
  return fields.map((field) => ` ${field}: { env: ${variable}_${field.toUpperCase()} }`).join('\n');
}

const idUnlessUnique = ({ id, name }: Named, all: readonly Named[]) =>
  all.filter((one) => one.name === name).length > 1 ? { id } : {};

interface Named {
  readonly id: string;
  readonly name: string;
}

const credentialOf = (credential: CredentialView, all: readonly Named[]) => ({
  ...idUnlessUnique(credential, all),
  ...{ name: credential.name, connector: credential.connector, kind: credential.kind },
});

function connectionOf(
  connection: ConnectionView,
  all: readonly Named[],
  credentials: readonly Named[],
  rules: readonly IgnoreRule[],
): object {
  const provider = providerIdOf(connection.source);
  const ignores = rules.map(({ id: _id, createdAt: _at, createdBy: _by, until, ...rule }) => ({
    ...rule,
    ...(until !== null && { until }),
  }));
  const common = { ...idUnlessUnique(connection, all), name: connection.name };
  const ending = ignores.length > 0 ? { ignores } : {};
  if (provider !== null) return { ...common, provider, ...ending };
  const view = connection as unknown as Readonly<Record<string, unknown>>;
  const settings = [...fieldsOf(UpdateConnection).keys()]
    .filter((field) => view[field] !== undefined && field !== 'name' && !isEmpty(view[field]))
    .map((field) => [field, withNames(view[field], credentials)]);
  return {
    ...common,
    pipeline: connection.pipeline,
    ...Object.fromEntries(settings),
    ...(connection.paused && { paused: true }),
    ...ending,
  };
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Settings with names in place of the ids of credentials, where the name is unique. */
function withNames(value: unknown, credentials: readonly Named[]): unknown {
  if (Array.isArray(value)) return value.map((one) => withNames(one, credentials));
  if (typeof value !== 'object' || value === null || !('credentialId' in value)) return value;
  const { credentialId, ...others } = value;
  const name = credentials.find(({ id }) => id === credentialId)?.name;
  const isUnique = credentials.filter((one) => one.name === name).length === 1;
  return isUnique ? { ...others, credential: name } : value;
}
