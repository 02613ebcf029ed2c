import { Option, type Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { gather, paged, repeatable, repeatHeaders, type PageOptions, type RepeatOptions } from '../options.js';
import { table } from '../render/table.js';
import { relative } from '../render/time.js';
import { resolveKey } from '../resolve.js';
import { show, showPage, type Action, type Session } from '../session.js';

const scopes = ['read', 'write', 'operate'] as const;

interface KeyView {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

interface CreateOptions extends RepeatOptions {
  readonly tenant: string;
  readonly name: string;
  readonly scope: readonly string[];
}

export function keysCommand(program: Command, action: Action): void {
  const keys = program.command('keys').description('manage API keys; requires scope operate');
  repeatable(keys.command('create').description('create a key and print it; it is shown only once'))
    .requiredOption('--tenant <tenant>', 'tenant that the key gives access to (required)')
    .requiredOption('--name <name>', 'display name (required)')
    .addOption(
      new Option('--scope <scope>', `one of ${scopes.join(', ')}; required, repeatable`)
        .argParser(gather(scopes))
        .makeOptionMandatory(),
    )
    .action(action(create));
  paged(keys.command('list').description('list keys, without their secrets')).action(action(list));
  keys.command('revoke <key>').description('revoke a key').action(action(revoke));
}

async function create(session: Session, { tenant, name, scope, ...repeat }: CreateOptions): Promise<void> {
  const body = { tenant, name, scopes: scope };
  const created = await session.api.post<{ id: string; key: string }>('v1/keys', body, repeatHeaders(repeat));
  // The key alone on stdout, so that KEY=$(tidemark keys create …) works.
  show(session, created, () => created.key);
  if (!session.json) session.terminal.note(`key ${created.id} of ${tenant}: store it now, it is not shown again`);
}

async function list(session: Session, options: PageOptions): Promise<void> {
  const { api, now, terminal } = session;
  const page = await api.get<Page<KeyView>>('v1/keys', { ...options });
  showPage(session, page, 'no keys', () =>
    table(
      page.data,
      [
        { title: 'KEY', value: ({ id }) => id, id: true },
        { title: 'TENANT', value: ({ tenant }) => tenant, flexible: true },
        { title: 'NAME', value: ({ name }) => name, flexible: true },
        { title: 'SCOPES', value: (key) => key.scopes.join(', '), flexible: true },
        { title: 'CREATED', value: ({ createdAt }) => relative(createdAt, now()) },
        { title: 'REVOKED', value: ({ revokedAt }) => relative(revokedAt, now()), color: () => 'red' },
      ],
      terminal,
    ),
  );
}

async function revoke(session: Session, text: string): Promise<void> {
  const id = await resolveKey(session.api, text);
  const answer = await session.api.delete<unknown>(path`v1/keys/${id}`);
  show(session, answer, () => `key ${id} revoked`);
}
