import type { Command } from 'commander';
import { Api, type Page } from './api/api.js';
import { usageError } from './cli-error.js';
import type { ExitCode } from './exit-codes.js';
import { privateText } from './private-text.js';
import type { Terminal } from './terminal.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** The context of a command. */
export interface Session {
  readonly api: Api;
  readonly terminal: Terminal;
  /** Print only the API's JSON. */
  readonly json: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly env: NodeJS.ProcessEnv;
  /** The user's current folder; file names are relative to it. */
  readonly folder: string;
}

export interface Host {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

interface CommonOptions {
  readonly url?: string;
  /** Refused: every user of the machine sees it. */
  readonly key?: string;
  readonly keyFile?: string;
  readonly json?: boolean;
}

/** A command's work. Resolves with the exit code; undefined means 0. */
export type Work<Args extends readonly unknown[]> = (session: Session, ...args: Args) => Promise<ExitCode | void>;

/** Turns a command's work into commander's action. */
export type Action = <Args extends readonly unknown[]>(work: Work<Args>) => (...args: unknown[]) => Promise<void>;

/** Commands with a `--url` of their own; they accept Tidemark's only before the command. */
export const ownUrl = new WeakSet<Command>();

/** Commands that do not talk to Tidemark: they have no `--url` or `--key-file`, and a `--json` of their own. */
export const offline = new WeakSet<Command>();

/** A command's own options, without the common ones. */
export function ownOptions(command: Command): object {
  const { url, key: _key, keyFile: _keyFile, json: _json, ...own } = command.opts<CommonOptions>();
  if (offline.has(command)) return command.opts();
  return ownUrl.has(command) ? { ...own, url } : own;
}

export function openSession(command: Command, { terminal, env, signal, now }: Host): Session {
  const before = command.parent?.parent?.opts<CommonOptions>() ?? command.parent?.opts<CommonOptions>() ?? {};
  const after = command.opts<CommonOptions>();
  const url = (ownUrl.has(command) ? undefined : after.url) ?? before.url ?? (env['TIDEMARK_URL'] || DEFAULT_URL);
  // npm runs programs in the project's folder and passes the caller's folder in INIT_CWD.
  const folder = env['INIT_CWD'] || process.cwd();
  const given = { key: after.key ?? before.key, keyFile: after.keyFile ?? before.keyFile };
  return {
    get api() {
      return new Api(url, apiKey(given, env, folder), signal);
    },
    terminal,
    signal,
    now,
    env,
    json: (after.json ?? before.json) === true,
    folder,
  };
}

/** @throws CliError when the key is on the command line, or its file cannot be used */
function apiKey(
  { key, keyFile }: Pick<CommonOptions, 'key' | 'keyFile'>,
  env: NodeJS.ProcessEnv,
  folder: string,
): string | undefined {
  if (key !== undefined)
    throw usageError(
      'an API key on the command line can be read by every user of this machine: set TIDEMARK_API_KEY, or pass --key-file FILE',
    );
  const file = keyFile ?? (env['TIDEMARK_API_KEY'] ? undefined : env['TIDEMARK_API_KEY_FILE'] || undefined);
  return file === undefined ? env['TIDEMARK_API_KEY'] || undefined : privateText(file, folder).trim();
}

/** Body of a job request; `manual` if a user watches the terminal. */
export const jobRequest = ({ terminal }: Session) => ({ trigger: terminal.watched ? 'manual' : 'api' });

/** Prints the answer as JSON, or as text for people. */
export function show<Body>({ json, terminal }: Session, body: Body, render: () => string): void {
  if (!json) terminal.print(render());
  else if (body !== undefined) terminal.print(JSON.stringify(body, null, 2));
}

/** Prints a page of a list, and below it its number, the total, and how to see the next. */
export function showPage<Item>(session: Session, page: Page<Item>, nothing: string, render: () => string): void {
  const { data, pagination, next, degradedReason } = page;
  show(session, page, () => (data.length === 0 ? nothing : render()));
  if (degradedReason !== undefined) session.terminal.note(`not complete or not current: ${degradedReason}`);
  if (session.json || data.length === 0 || data.length >= pagination.total) return;
  const { page: number, perPage, total, totalIsExact = true } = pagination;
  const of = totalIsExact ? `${total}` : `more than ${total}`;
  const where =
    number === undefined ? '' : `; page ${number} of ${totalIsExact ? Math.ceil(total / perPage) : 'many'} (--page)`;
  session.terminal.note(`${data.length} of ${of}${where}${next === undefined ? '' : `; next: --cursor ${next}`}`);
}
