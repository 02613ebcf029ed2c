import type { Command } from 'commander';
import { Api, type Page } from './api/api.js';
import type { ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** What every command works with. */
export interface Session {
  readonly api: Api;
  readonly terminal: Terminal;
  /** The API's JSON on stdout, and nothing else. */
  readonly json: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly env: NodeJS.ProcessEnv;
  /** Where the person stands: names of files start here. */
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
  readonly key?: string;
  readonly json?: boolean;
}

/** A command's work: what it resolves with is the exit code; nothing means 0. */
export type Work<Args extends readonly unknown[]> = (session: Session, ...args: Args) => Promise<ExitCode | void>;

/** Turns a command's work into commander's action. */
export type Act = <Args extends readonly unknown[]>(work: Work<Args>) => (...args: unknown[]) => Promise<void>;

/** What a command that has a `--url` of its own takes Tidemark's address from: the words before it alone. */
export const ownUrl = new WeakSet<Command>();

/** Commands that do not talk to Tidemark: they have no address, no key, and a `--json` of their own. */
export const offline = new WeakSet<Command>();

/** A command's options without the common ones. */
export function ownOptions(command: Command): object {
  const { url, key: _key, json: _json, ...own } = command.opts<CommonOptions>();
  if (offline.has(command)) return command.opts();
  return ownUrl.has(command) ? { ...own, url } : own;
}

export function openSession(command: Command, { terminal, env, signal, now }: Host): Session {
  const before = command.parent?.parent?.opts<CommonOptions>() ?? command.parent?.opts<CommonOptions>() ?? {};
  const after = command.opts<CommonOptions>();
  const url = (ownUrl.has(command) ? undefined : after.url) ?? before.url ?? (env['TIDEMARK_URL'] || DEFAULT_URL);
  const key = after.key ?? before.key ?? (env['TIDEMARK_API_KEY'] || undefined);
  return {
    get api() {
      return new Api(url, key, signal);
    },
    terminal,
    signal,
    now,
    env,
    json: (after.json ?? before.json) === true,
    // npm runs programs in the project's own folder, and tells where it was called.
    folder: env['INIT_CWD'] || process.cwd(),
  };
}

/** What a job is asked for with: by a person who looks, or by a program. */
export const order = ({ terminal }: Session) => ({ type: 'full', trigger: terminal.watched ? 'manual' : 'api' });

/** The answer as JSON for programs, or in words for people. */
export function show<Body>({ json, terminal }: Session, body: Body, render: () => string): void {
  if (!json) terminal.print(render());
  else if (body !== undefined) terminal.print(JSON.stringify(body, null, 2));
}

/** A list, and below it which part of how much it is. */
export function showPage<Item>(session: Session, page: Page<Item>, nothing: string, render: () => string): void {
  const { data, pagination } = page;
  show(session, page, () => (data.length === 0 ? nothing : render()));
  if (session.json || data.length === 0 || data.length >= pagination.total) return;
  const pages = Math.ceil(pagination.total / pagination.perPage);
  session.terminal.note(`${data.length} of ${pagination.total}; page ${pagination.page} of ${pages} (--page)`);
}
