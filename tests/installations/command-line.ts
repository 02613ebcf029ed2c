import { exitCodes, run, Terminal, type ExitCode } from '@tidemark/cli';
import type { Client } from './client.js';

export interface Ran {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines against an installation, as in a pipe. */
export class CommandLine {
  constructor(
    private readonly client: Client,
    /** The user's current folder. */
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv = {},
  ) {}

  async run(...argv: readonly string[]): Promise<Ran> {
    const written = { stdout: '', stderr: '' };
    const output = (name: 'stdout' | 'stderr') => ({
      write(text: string | Uint8Array) {
        written[name] += String(text);
        return true;
      },
    });
    const { url, key } = this.client;
    const env = { TIDEMARK_URL: url, TIDEMARK_API_KEY: key, INIT_CWD: this.folder, ...this.env };
    const terminal = new Terminal(output('stdout'), output('stderr'), env);
    const exitCode = await run(argv, { terminal, env, signal: new AbortController().signal, now: Date.now });
    return { exitCode, ...written };
  }

  /** The output of a command that succeeds. */
  async succeed(...argv: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(...argv);
    if (exitCode !== exitCodes.ok) throw new Error(`tidemark ${argv.join(' ')}: ${exitCode}\n${stdout}${stderr}`);
    return stdout;
  }
}
