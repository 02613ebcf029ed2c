import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Answer, type CallOptions } from '../../installations/client.js';

const PATIENCE_MS = 60_000;

/** Calls the edges of a fleet in turn, and retries when one is down or reaches no service: requests must be repeatable. */
export class FleetClient extends Client {
  #turn = 0;

  constructor(
    readonly edges: () => readonly string[],
    key: string,
  ) {
    super('', key);
  }

  as(key: string): FleetClient {
    return new FleetClient(this.edges, key);
  }

  override async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const edges = this.edges();
      const edge = new Client(edges[(this.#turn += 1) % edges.length]!, this.key);
      const answer = await edge.call(method, path, options).catch((error: Error) => error);
      if (!(answer instanceof Error) && answer.status < 500) return answer;
      if (Date.now() > deadline)
        throw new Error(`${method} ${path}: ${answer instanceof Error ? answer.message : JSON.stringify(answer.body)}`);
      await sleep(50);
    }
  }

  /** Without fields that the old services do not know. */
  override connect(source?: object, given: object = {}): Promise<string> {
    return super.connect(source, { ...given, check: undefined });
  }

  /** Creates a job under an idempotency key; uses the job of an earlier, identical request. @returns its id */
  async createOnce(connectionId: string, idempotencyKey: string, given: object = {}): Promise<string> {
    const headers = { 'idempotency-key': idempotencyKey };
    const { status, body } = await this.post(
      `/v1/connections/${connectionId}/jobs`,
      { type: 'full', ...given },
      { headers },
    );
    if (status === 202) return body.id as string;
    if (body.error?.code === 'DUPLICATE_JOB') return body.error.jobId as string;
    throw new Error(`no job: ${status} ${JSON.stringify(body)}`);
  }

  /** The job once it has ended. @throws Error that shows the job when it does not end in time */
  async finished(jobId: string, withinMs = 60_000): Promise<any> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const { status, body } = await this.get(`/v1/jobs/${jobId}`);
      if (status === 200 && body.endedAt !== null) return body;
      if (Date.now() > deadline)
        throw new Error(`job ${jobId} did not end within ${withinMs} ms: ${JSON.stringify(body)}`);
      await sleep(50);
    }
  }
}
