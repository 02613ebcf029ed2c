import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

type ServiceName = 'standalone' | 'gateway' | 'job-coordinator' | 'connector-runner' | 'differ';

/** A service's own program as a separate process, with only the environment that a test gives it. */
export class Program {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();

  constructor(service: ServiceName, environment: Readonly<Record<string, string>>) {
    const main = fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url));
    const ports = { TIDEMARK_HTTP_PORT: '0', TIDEMARK_GRPC_PORT: '0' };
    const env = { PATH: process.env['PATH'], ...ports, ...environment };
    this.#child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => this.#take('stdout', text));
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#take('stderr', text));
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      this.#notify();
      return { code, signal } as Ended;
    });
  }

  /** The first match in standard output, as soon as it appears. @throws Error with all output when the program ends without it */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout);
      if (found) return found;
      if (this.#hasEnded) throw new Error(`ended without ${String(pattern)}:\n${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /** The address of a standalone installation that is ready. */
  async url(): Promise<string> {
    const [, url] = await this.says(/ready: (http:\S+)/);
    return url!;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it, by force if necessary; for the end of a test. */
  async stop(): Promise<Ended> {
    if (!this.#hasEnded) this.signal('SIGINT');
    const timer = setTimeout(() => this.signal('SIGKILL'), 10_000);
    return this.ended.finally(() => clearTimeout(timer));
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #take(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text;
    this.#notify();
  }

  #notify(): void {
    for (const wake of this.#watchers) wake();
    this.#watchers.clear();
  }
}
