import { Loop } from '@tidemark/foundation';
import { Client } from '../../installations/client.js';
import { GrpcClient } from '../../installations/grpc-client.js';

const POLL_MS = 100;

interface Edge {
  readonly httpPort: number;
  readonly grpcPort: number;
}

/** Requests at a steady rate over HTTP, to the edges that say they are ready, and over gRPC, to those that accept. */
export class BalancedLoad {
  readonly failures: string[] = [];
  answered = 0;
  #ready: Client[] = [];
  #turn = 0;
  readonly #clients: readonly Client[];
  readonly #grpc: GrpcClient;
  readonly #polling = new Loop({ tick: () => this.#poll(), everyMs: POLL_MS, onError: () => undefined });
  #timer: NodeJS.Timeout | undefined;
  readonly #running = new Set<Promise<void>>();

  constructor(edges: readonly Edge[], key: string) {
    this.#clients = edges.map(({ httpPort }) => new Client(`http://127.0.0.1:${httpPort}`, key));
    this.#grpc = new GrpcClient(`ipv4:${edges.map(({ grpcPort }) => `127.0.0.1:${grpcPort}`).join()}`, key);
  }

  /** Resolves when an edge is ready. */
  async start(perSecond: number): Promise<void> {
    do await this.#poll();
    while (this.#ready.length === 0);
    const connectionId = await this.#ready[0]!.connect();
    const jobId = await this.#ready[0]!.order(connectionId);
    const requests = [
      () => this.#http('GET', `/v1/jobs/${jobId}`),
      () => this.#http('POST', '/v1/connections', { name: 'x', source: { connector: 'noop', config: {} } }),
      () => this.#grpc.call('JobService', 'GetJob', { id: jobId }),
    ];
    this.#polling.start();
    this.#timer = setInterval(() => this.#send(requests[this.#turn++ % requests.length]!), 1000 / perSecond);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#polling.stop();
    await Promise.all(this.#running);
    this.#grpc.close();
  }

  async #poll(): Promise<void> {
    const isReady = async (client: Client) => (await client.get('/readyz').catch(() => undefined))?.status === 200;
    const ready = await Promise.all(this.#clients.map(isReady));
    this.#ready = this.#clients.filter((_, index) => ready[index]);
  }

  #send(request: () => Promise<unknown>): void {
    const sent = request().then(
      () => void (this.answered += 1),
      (error: Error) => void this.failures.push(`${error.message} ${String(error.cause ?? '')}`),
    );
    this.#running.add(sent);
    void sent.finally(() => this.#running.delete(sent));
  }

  async #http(method: string, path: string, body?: object): Promise<void> {
    const client = this.#ready[this.#turn % this.#ready.length];
    if (!client) throw new Error('no edge is ready');
    const answer = await client.call(method, path, { body });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}
