import { run } from '../cli.js';
import type { ExitCode } from '../exit-codes.js';
import { Terminal, type Output } from '../terminal.js';
import { now } from './answers.js';

export interface Ran {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Columns of an interactive terminal; without it the output goes to a file. */
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** Called with everything that is written. */
  readonly onWrite?: (text: string) => void;
}

/** Runs a command line against the API at `url`, and collects its output. */
export async function tidemark(url: string, argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr'): Output => ({
    isTTY: options.columns !== undefined || undefined,
    columns: options.columns,
    write(text: string | Uint8Array, ...rest: unknown[]) {
      written[name] += String(text);
      options.onWrite?.(String(text));
      const done = rest.at(-1);
      if (typeof done === 'function') (done as () => void)();
      return true;
    },
  });
  const env = { TIDEMARK_URL: url, TIDEMARK_API_KEY: 'tmk_secret', ...options.env };
  const exitCode = await run(argv, {
    terminal: new Terminal(output('stdout'), output('stderr'), env),
    env,
    signal: options.signal ?? new AbortController().signal,
    now: () => now,
  });
  return { exitCode, ...written };
}
