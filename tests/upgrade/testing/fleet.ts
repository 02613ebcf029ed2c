import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PortUrls } from '@tidemark/config';
import { eventually } from '@tidemark/test-kit';
import { environmentOf } from '../../installations/cluster.js';
import { freePort } from '../../installations/free-port.js';
import { oldVersion } from './old-version.js';

export type Version = 'old' | 'new';
export const kinds = ['job-coordinator', 'connector-runner', 'differ', 'gateway'] as const;
export type Kind = (typeof kinds)[number];

export interface Member {
  readonly kind: Kind;
  readonly version: Version;
  readonly url: string;
  readonly child: ChildProcess;
  readonly exit: Promise<unknown>;
  /** Its output: empty unless an error occurred. */
  output: string;
}

/** Services of two versions as separate processes, on the same real servers. */
export class Fleet {
  readonly #env: NodeJS.ProcessEnv;
  readonly #roots: Readonly<Record<Version, string>>;
  #members: Member[] = [];
  /** Processes that ended without being stopped. */
  readonly fallen: string[] = [];

  constructor(urls: PortUrls, namespace: string, apiKey: string) {
    const given = { TIDEMARK_API_KEY: apiKey, TIDEMARK_RATE_LIMIT: '0', TIDEMARK_LOG_LEVEL: 'error' };
    this.#env = { ...environmentOf(urls, namespace), ...given };
    this.#roots = { old: oldVersion(), new: join(import.meta.dirname, '../../..') };
  }

  /** The addresses that callers can use now. */
  get edges(): string[] {
    return this.#members.filter(({ kind }) => kind === 'gateway').map(({ url }) => url);
  }

  membersOf(kind: Kind): readonly Member[] {
    return this.#members.filter((member) => member.kind === kind);
  }

  /** Stops all services of one version. */
  stopVersion(version: Version): Promise<void> {
    return this.stop(this.#members.filter((member) => member.version === version));
  }

  /** Starts a process; resolves when it is ready. */
  async start(kind: Kind, version: Version): Promise<Member> {
    const port = await freePort();
    const program = join(this.#roots[version], 'services', kind, 'dist/main.js');
    const env = { ...this.#env, TIDEMARK_HTTP_PORT: String(port), TIDEMARK_GRPC_PORT: '0' };
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const member: Member = {
      kind,
      version,
      url: `http://127.0.0.1:${port}`,
      child,
      exit: once(child, 'exit'),
      output: '',
    };
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => void (member.output += text));
    this.#members.push(member);
    void member.exit.then(([code]: any) => {
      if (this.#members.includes(member))
        this.fallen.push(`${version} ${kind} ended with code ${code}: ${member.output}`);
    });
    const ready = async () => this.fallen.length > 0 || (await fetch(`${member.url}/healthz`)).ok;
    await eventually(ready, `the ${version} ${kind}`, { timeout: 120_000, interval: 50 });
    return member;
  }

  /** Ends processes as an orchestrator would, or as a power cut. */
  async stop(members: readonly Member[], signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#members = this.#members.filter((member) => !members.includes(member));
    for (const { child } of members) child.kill(signal);
    await Promise.all(members.map(({ exit }) => exit));
  }

  async end(): Promise<void> {
    await this.stop(this.#members, 'SIGKILL');
  }
}
