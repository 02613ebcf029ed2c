import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { visible } from '@tidemark/foundation';
import { Retryable, type Side } from '@tidemark/resilience';
import { linesIn, type Line } from './lines.js';
import { killThoseIn, ProcessGroup } from './process-group.js';
import type { ProgramLimits } from './singer.config.js';

/** Longest message that is read, in bytes. */
const MAX_MESSAGE_BYTES = 16 * 1024 ** 2;
const MAX_LOG_LINE_BYTES = 16 * 1024;
const SHOWN = 4 * 1024;
const MAX_STDERR_BYTES = 64 * 1024 ** 2;
const MAX_LOGGED_LINES = 1000;
/** Of the last lines on stderr, quoted in an error. */
const QUOTED = 500;
const MEMORY_CHECK_MS = 200;

export interface ProgramOptions {
  /** The real path of an executable that may run. */
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly limits: ProgramLimits;
  readonly side: Side;
  readonly signal: AbortSignal;
  redact(text: string): string;
  log(line: string): void;
}

/** A running tap or target: in a process group of its own, without a shell, limited in time and memory. */
export class Program {
  readonly #options: ProgramOptions;
  readonly #name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #group: ProcessGroup | undefined;
  readonly #exit: Promise<void>;
  readonly #stderr: Promise<void>;
  /** Reject those who wait. */
  readonly #waiting = new Set<(failure: unknown) => void>();
  readonly #timers: NodeJS.Timeout[] = [];
  #failure: Error | undefined;
  #last: string[] = [];

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.#name = basename(options.executable);
    this.#child = spawn(options.executable, options.arguments, {
      ...{ cwd: options.folder, env: { ...options.environment }, detached: true, shell: false },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { pid } = this.#child;
    this.#group = pid === undefined ? undefined : new ProcessGroup(pid);
    this.#exit = this.#exited();
    // A target that ends early is reported by its exit code.
    this.#child.stdin.on('error', () => {});
    this.#stderr = this.#readStderr();
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#limit();
  }

  /**
   * The lines it prints; ends after a successful exit. @throws Retryable: it failed, hung, printed too much, or left processes
   * behind · the signal's reason
   */
  async *lines(): AsyncGenerator<string> {
    const lines = linesIn(this.#child.stdout, MAX_MESSAGE_BYTES);
    for (;;) {
      const { done, value } = await this.#awaited(lines.next());
      if (done) break;
      if (value.isCut) throw this.#fail(this.#error(`printed a line of more than ${MAX_MESSAGE_BYTES} bytes`, 'INVALID_RESPONSE')); // prettier-ignore
      yield value.text;
    }
    await this.#awaited(Promise.all([this.#exit, this.#stderr]));
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== 0) {
      const how = signalCode ? `was killed by ${signalCode}` : `ended with exit code ${exitCode}`;
      throw this.#fail(this.#error(`${how}${this.#said()}`));
    }
  }

  /** Its end, and that of all it started: one that stays may hold its output for ever. */
  async #exited(): Promise<void> {
    try {
      await once(this.#child, 'exit');
    } catch (error) {
      this.#fail(this.#error(`cannot be started (${(error as NodeJS.ErrnoException).code})`));
    }
    const left = this.#group && (!(await this.#group.ends()) || (await killThoseIn(this.#options.folder)) > 0);
    if (left) this.#fail(this.#error('left processes behind when it ended; they were ended too'));
  }

  /** Writes lines to it, as fast as it takes them, and closes its input. @throws as `lines` */
  async write(lines: Iterable<string>): Promise<void> {
    const { stdin } = this.#child;
    for (const line of lines) {
      if (stdin.destroyed) return;
      if (!stdin.write(`${line}\n`)) await this.#awaited(Promise.race([once(stdin, 'drain'), once(stdin, 'close')]));
    }
    stdin.end();
  }

  /** A failure of its messages. */
  rubbish(what: string): Retryable {
    return this.#error(what, 'INVALID_RESPONSE');
  }

  /** Ends it and all that it started. Resolves when they are gone. */
  async stop(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#group?.isAlive) await this.#group.end();
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy();
  }

  /** Waits for something that it does, but not for ever. */
  async #awaited<T>(what: Promise<T>): Promise<T> {
    const { silentSeconds } = this.#options.limits;
    if (this.#failure !== undefined) throw this.#failure;
    const { promise, reject } = Promise.withResolvers<never>();
    const silent = `did nothing for ${silentSeconds} s (\`limits.silentSeconds\`)`;
    const timer = setTimeout(() => this.#fail(this.#error(silent + this.#said())), silentSeconds * 1000);
    this.#waiting.add(reject);
    try {
      return await Promise.race([promise, what]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(reject);
    }
  }

  #limit(): void {
    const { memoryMiB, totalSeconds } = this.#options.limits;
    const late = () => this.#fail(this.#error(`took longer than ${totalSeconds} s (\`limits.totalSeconds\`)`));
    const check = async () => {
      if ((await this.#group!.memory()) > memoryMiB * 1024 ** 2)
        this.#fail(this.#error(`used more than ${memoryMiB} MiB of memory (\`limits.memoryMiB\`)`));
    };
    this.#timers.push(setTimeout(late, totalSeconds * 1000));
    if (this.#group) this.#timers.push(setInterval(() => void check(), MEMORY_CHECK_MS));
  }

  async #readStderr(): Promise<void> {
    let count = 0;
    try {
      for await (const line of linesIn(this.#counted(this.#child.stderr), MAX_LOG_LINE_BYTES))
        this.#logged(line, ++count);
    } catch {
      // Destroyed: it was stopped.
    }
  }

  async *#counted(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > MAX_STDERR_BYTES)
        throw this.#fail(this.#error(`printed more than ${MAX_STDERR_BYTES} bytes to stderr`));
      yield chunk;
    }
  }

  #logged({ text, isCut }: Line, count: number): void {
    // A secret that the cut goes through is not found: what is before it is not shown either.
    const line = visible(this.#options.redact(text).slice(0, isCut ? SHOWN : undefined)) + (isCut ? ' …' : '');
    if (line.trim() === '') return;
    this.#last = [...this.#last.slice(-4), line];
    if (count <= MAX_LOGGED_LINES) this.#options.log(`${this.#name}: ${line}`);
    if (count === MAX_LOGGED_LINES) this.#options.log(`${this.#name}: more lines are left out`);
  }

  #said(): string {
    const text = this.#last.join(' | ');
    return text === '' ? '' : `: ${text.length > QUOTED ? `… ${text.slice(-QUOTED)}` : text}`;
  }

  #error(what: string, code = 'UNREACHABLE'): Retryable {
    const side = this.#options.side === 'source' ? 'SOURCE' : 'DESTINATION';
    return new Retryable(`${side}_${code}`, `${this.#name} ${what}`);
  }

  readonly #onAbort = (): void => void this.#fail(this.#options.signal.reason as Error);

  /** Ends it at the first failure. @returns that one */
  #fail(failure: Error): Error {
    if (this.#failure !== undefined) return this.#failure;
    this.#failure = failure;
    for (const reject of this.#waiting) reject(failure);
    void this.#group?.end();
    return failure;
  }
}
