import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface ChildProgramOptions {
  /** Options of Node itself. */
  readonly flags?: readonly string[];
  /** Where imports are looked up from. */
  readonly cwd?: URL;
}

/** A process of its own: nothing else is in its memory, and it can be killed. */
export class ChildProgram {
  readonly #process: ChildProcess;
  #output = '';
  #errors = '';

  /** @param script an ES module's text */
  constructor(script: string, { flags = [], cwd }: ChildProgramOptions = {}) {
    this.#process = spawn(process.execPath, [...flags, '--input-type=module', '--eval', script], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#process.stdout!.setEncoding('utf8').on('data', (part: string) => (this.#output += part));
    this.#process.stderr!.setEncoding('utf8').on('data', (part: string) => (this.#errors += part));
  }

  /** Resolves when the child has printed the line. @throws Error with what the child printed when it ends before */
  async said(line: string): Promise<void> {
    const ended = once(this.#process, 'close').then(() => true);
    while (!this.#output.split('\n').includes(line)) {
      if (await Promise.race([once(this.#process.stdout!, 'data').then(() => false), ended])) throw this.#failure();
    }
  }

  /** `kill -9`. Resolves with the process's id when it is gone. */
  async kill(): Promise<number> {
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
    return this.#process.pid!;
  }

  /** The last line that the child printed, parsed. @throws Error with what the child printed when it fails */
  async result<T>(): Promise<T> {
    await once(this.#process, 'close');
    if (this.#process.exitCode !== 0) throw this.#failure();
    return JSON.parse(this.#output.trim().split('\n').at(-1)!) as T;
  }

  #failure(): Error {
    return new Error(`the child process ended with ${this.#process.exitCode}: ${this.#errors}`);
  }
}
