import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PortUrls } from '@tidemark/config';
import type { Broker } from '@tidemark/messaging';
import { Publisher } from '../publishers/publisher.js';

const SERVICES = join(import.meta.dirname, '../../services');

/** The number of processes of each service. */
const SIZES = { 'job-coordinator': 2, 'connector-runner': 2, differ: 1 } as const;
export type Kind = keyof typeof SIZES;
export const kinds = Object.keys(SIZES) as Kind[];

interface Member {
  readonly kind: Kind;
  readonly child: ChildProcess;
  readonly exit: Promise<unknown>;
}

/** The settings of a service's own program on these servers. */
export const environmentOf = (urls: PortUrls, namespace: string): NodeJS.ProcessEnv => ({
  ...process.env,
  TIDEMARK_EVENT_STORE: urls.eventStore,
  TIDEMARK_BROKER: urls.broker,
  TIDEMARK_READ_MODEL: urls.readModel,
  TIDEMARK_BLOBS: urls.blobs,
  TIDEMARK_RECORDS: urls.records,
  TIDEMARK_VAULT: urls.vault,
  TIDEMARK_NAMESPACE: namespace,
  TIDEMARK_CLAIM_TIMEOUT_MS: '3000',
  TIDEMARK_FETCH_ALLOW: Publisher.allow.join(','),
});

/** Every service in separate processes, on real servers, which can be killed. */
export class Cluster {
  #members: Member[] = [];
  readonly #env: NodeJS.ProcessEnv;
  /** Processes that ended without being killed. */
  readonly fallen: string[] = [];

  constructor(urls: PortUrls, namespace: string) {
    this.#env = { ...environmentOf(urls, namespace), TIDEMARK_HTTP_PORT: '0', TIDEMARK_LOG_LEVEL: 'fatal' };
  }

  start(): void {
    for (const kind of kinds) this.#fill(kind);
  }

  /** `kill -9` for all processes of a service, or for one of them; new ones replace them at once. */
  async kill(kind: Kind, count: number = SIZES[kind]): Promise<void> {
    const doomed = this.#members.filter((member) => member.kind === kind).slice(0, count);
    this.#members = this.#members.filter((member) => !doomed.includes(member));
    for (const { child } of doomed) child.kill('SIGKILL');
    await Promise.all(doomed.map(({ exit }) => exit));
    this.#fill(kind);
  }

  async stop(): Promise<void> {
    const members = this.#members;
    this.#members = [];
    for (const { child } of members) child.kill('SIGKILL');
    await Promise.all(members.map(({ exit }) => exit));
  }

  #fill(kind: Kind): void {
    const missing = SIZES[kind] - this.#members.filter((member) => member.kind === kind).length;
    for (let n = 0; n < missing; n += 1) this.#members.push(this.#begin(kind));
  }

  #begin(kind: Kind): Member {
    const program = join(SERVICES, kind, 'dist/main.js');
    const child = spawn(process.execPath, [program], { env: this.#env, stdio: ['ignore', 'ignore', 'inherit'] });
    const exit = once(child, 'exit');
    const member = { kind, child, exit };
    void exit.then(([code]) => {
      if (this.#members.includes(member)) this.fallen.push(`${kind} ended with code ${code as number}`);
    });
    return member;
  }
}

/** Repeats requests without a response: their servers may be down at the moment. */
export const patient = (broker: Broker): Pick<Broker, 'request'> => ({
  async request<R>(subject: string, data: unknown) {
    for (;;) {
      try {
        return await broker.request<R>(subject, data, { timeoutMs: 2000 });
      } catch (error) {
        const { code } = error as { code?: string };
        if (code !== 'NO_RESPONDER' && code !== 'DEADLINE_EXCEEDED') throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  },
});
