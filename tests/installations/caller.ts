import { command, type ConnectionView, type CreateJob, type JobEventView, type JobView } from '@tidemark/contracts';
import { type RemoteError, type Broker } from '@tidemark/messaging';

export const TENANT = 'acme';

const ended = ['completed', 'failed', 'cancelled'];

type Order = Partial<CreateJob>;

/** Sends requests to the coordinator, as the gateway would. */
export class Caller {
  constructor(
    private readonly requester: Pick<Broker, 'request'>,
    private readonly tenant = TENANT,
  ) {}

  /** The same for another tenant. */
  as(tenant: string): Caller {
    return new Caller(this.requester, tenant);
  }

  ask<R>(verb: string, data: object, tenant = this.tenant): Promise<R> {
    return this.requester.request<R>(command('job-coordinator', verb), { tenant, ...data });
  }

  /** A connection that watches the description at the URL; without one, a connection whose jobs do nothing. */
  async connect(url?: string, given: object = {}): Promise<string> {
    const source = url ? { connector: 'openapi', config: { url } } : { connector: 'noop', config: {} };
    const { id } = await this.ask<ConnectionView>('create-connection', { name: url ?? 'noop', source, ...given });
    return id;
  }

  connection(connectionId: string): Promise<ConnectionView> {
    return this.ask('get-connection', { connectionId });
  }

  create(connectionId: string, order: Order = {}): Promise<JobView> {
    return this.ask('create', { connectionId, type: 'full', ...order });
  }

  /** Creates a job under an idempotency key; returns the job of an earlier, identical request. */
  async createOnce(connectionId: string, idempotencyKey: string, order: Order = {}): Promise<string> {
    try {
      return (await this.create(connectionId, { ...order, idempotencyKey })).id;
    } catch (error) {
      const { code, details } = error as RemoteError;
      if (code === 'DUPLICATE_JOB') return (details as { jobId: string }).jobId;
      throw error;
    }
  }

  job(jobId: string): Promise<JobView> {
    return this.ask('get-job', { jobId });
  }

  async events(jobId: string): Promise<readonly JobEventView[]> {
    return (await this.ask<{ events: JobEventView[] }>('job-events', { jobId, limit: 500 })).events;
  }

  /** The job once it has ended. */
  finished(jobId: string, withinMs?: number): Promise<JobView> {
    return this.reached(jobId, ({ state }) => ended.includes(state), withinMs);
  }

  /** Resolves when the connection has recorded the job's end: its cursor is committed, its next sync planned. */
  async committed(connectionId: string, jobId: string): Promise<void> {
    const known = async () => (await this.connection(connectionId)).lastSync?.jobId === jobId;
    const deadline = Date.now() + 60_000;
    while (!(await known())) {
      if (Date.now() > deadline) throw new Error(`connection ${connectionId} never heard that job ${jobId} ended`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** The job once the condition holds. @throws Error that shows the job when it never does */
  async reached(jobId: string, wanted: (job: JobView) => boolean, withinMs = 20_000): Promise<JobView> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const job = await this.job(jobId);
      if (wanted(job)) return job;
      if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms for job ${JSON.stringify(job)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** The code of the error that a request is refused with. @throws Error when it is not */
  async refused(request: Promise<unknown>): Promise<string> {
    try {
      await request;
    } catch (error) {
      return (error as RemoteError).code;
    }
    throw new Error('the request was not refused');
  }
}
