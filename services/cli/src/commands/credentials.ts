import type { CredentialList, CredentialView } from '@tidemark/contracts';
import type { CredentialData } from '@tidemark/resilience';
import type { Command } from 'commander';
import { path } from '../api/api.js';
import { usageError } from '../cli-error.js';
import { credentialDataOf } from '../local/credential.js';
import { repeatable, repeatHeaders, type RepeatOptions } from '../options.js';
import { fields, table } from '../render/table.js';
import { relative } from '../render/time.js';
import { show, type Action, type Session } from '../session.js';

interface SecretOptions {
  readonly file?: string;
}

interface CreateOptions extends RepeatOptions, SecretOptions {
  readonly name: string;
  readonly connector: string;
}

const FILE = 'file with the credential as JSON, which only you can read (default: $TIDEMARK_CREDENTIAL)';

export function credentialsCommand(program: Command, action: Action): void {
  const credentials = program
    .command('credentials')
    .description('store what connectors sign in with; it is encrypted, and never shown');
  repeatable(credentials.command('create').description('store a credential'))
    .requiredOption('--name <name>', 'display name (required)')
    .requiredOption('--connector <name>', 'connector that it is for (required)')
    .option('--file <file>', FILE)
    .action(action(create));
  credentials.command('list').description('list credentials, without their secrets').action(action(list));
  credentials.command('show <credential>').description('show one, without its secrets').action(action(showOne));
  credentials
    .command('rotate <credential>')
    .description('replace its secrets')
    .option('--file <file>', FILE)
    .action(action(rotate));
  credentials.command('remove <credential>').description('remove one that no connection uses').action(action(remove));
  credentials
    .command('rotate-key')
    .description('encrypt all with the first key of TIDEMARK_SECRET_KEY; requires scope operate')
    .action(action(rotateKey));
}

/** As the API takes it. @throws CliError that quotes nothing of it */
async function bodyOf(session: Session, { file }: SecretOptions): Promise<object> {
  const data = await credentialDataOf(session, file);
  if (!data) throw usageError('no credential: set TIDEMARK_CREDENTIAL, or pass --file FILE');
  return asBody(data);
}

function asBody(data: CredentialData): object {
  if (data.kind !== 'api-key') return data;
  const { name: parameter, ...rest } = data;
  return { ...rest, parameter };
}

async function create(session: Session, { name, connector, ...options }: CreateOptions): Promise<void> {
  const body = { ...(await bodyOf(session, options)), name, connector };
  const made = await session.api.post<CredentialView>('v1/credentials', body, repeatHeaders(options));
  show(session, made, () => `credential ${made.id}`);
}

async function list(session: Session): Promise<void> {
  const found = await session.api.get<CredentialList>('v1/credentials');
  show(session, found, () =>
    found.data.length === 0
      ? 'no credentials'
      : table(
          found.data,
          [
            { title: 'CREDENTIAL', value: ({ id }) => id, id: true },
            { title: 'NAME', value: ({ name }) => name, flexible: true },
            { title: 'CONNECTOR', value: ({ connector }) => connector },
            { title: 'KIND', value: ({ kind }) => kind },
            { title: 'UPDATED', value: ({ updatedAt }) => relative(updatedAt, session.now()) },
          ],
          session.terminal,
        ),
  );
}

async function showOne(session: Session, id: string): Promise<void> {
  display(session, await session.api.get<CredentialView>(path`v1/credentials/${id}`));
}

async function rotate(session: Session, id: string, options: SecretOptions): Promise<void> {
  display(session, await session.api.put<CredentialView>(path`v1/credentials/${id}`, await bodyOf(session, options)));
}

async function remove(session: Session, id: string): Promise<void> {
  const answer = await session.api.delete<unknown>(path`v1/credentials/${id}`);
  show(session, answer, () => `credential ${id} removed`);
}

async function rotateKey(session: Session): Promise<void> {
  const answer = await session.api.post<{ readonly sealed: number }>('v1/credentials/rotate-key');
  show(session, answer, () => `${answer.sealed} encrypted anew`);
}

const display = (session: Session, credential: CredentialView): void =>
  show(session, credential, () =>
    fields(
      [
        ['credential', credential.id],
        ['name', credential.name],
        ['connector', credential.connector],
        ['kind', credential.kind],
        ['created', credential.createdAt],
        ['updated', credential.updatedAt],
      ],
      session.terminal.paint,
    ),
  );
