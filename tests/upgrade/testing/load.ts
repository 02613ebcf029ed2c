import { setTimeout as sleep } from 'node:timers/promises';
import { CATALOGUE } from '@tidemark/contracts';
import type { WatchedApi } from '../../proof/testing/workload.js';
import { described } from '../../publishers/descriptions.js';
import type { Publisher } from '../../publishers/publisher.js';
import type { FleetClient } from './fleet-client.js';

/** Pause between two rounds that nobody waits for: the versions should run side by side, not under high load. */
const PAUSE_MS = 4000;
/** Long enough that a stage is running at any moment. */
const SLOW_FETCH_MS = 700;
const MOST_RULES = 20;
/** Longer than the first back-off of a failed job. */
const RETRY_MS = 90_000;

interface Loop {
  readonly name: string;
  begun: number;
  ended: number;
}

/** All kinds of calls, repeated until it is stopped. Each round must end as expected. */
export class Load {
  /** One that is fetched at once, and one whose publisher is slow. */
  apis: WatchedApi[] = [];
  /** With two subscribers. */
  provider!: WatchedApi;
  /** Of tenants `acme` and `globex`. */
  subscriptions: string[] = [];
  readonly quickJobs: string[] = [];
  rules = 0;
  /** The actions in progress, for error messages. */
  phase = 'the start';
  readonly #loops: Loop[] = [];
  readonly #others: Promise<unknown>[] = [];
  #running: Promise<unknown> = Promise.resolve();
  #ended = false;
  #wake = Promise.withResolvers<void>();
  #failure: Error | undefined;

  constructor(
    readonly on: FleetClient,
    readonly publisher: Publisher,
  ) {}

  /** The client of the tenant `catalogue`, which owns the providers. */
  catalogue!: FleetClient;

  async begin(): Promise<void> {
    const { on, publisher } = this;
    const watch = async (path: string, caller = on): Promise<WatchedApi> => {
      publisher.publish(described(1), path);
      return { path, connectionId: await caller.connect(publisher.source(path)), version: 0, jobIds: [] };
    };
    this.catalogue = on.as((await on.newKey(CATALOGUE, 'read', 'write')).key);
    for (const path of ['/watched', '/slow']) this.apis.push(await watch(path));
    this.provider = await watch('/provider', this.catalogue);
    for (const tenant of ['acme', 'globex']) {
      const subscriber = on.as((await on.newKey(tenant, 'read', 'write')).key);
      const { body } = await subscriber.post(`/v1/providers/${this.provider.connectionId}/subscription`, {});
      this.subscriptions.push(body.id as string);
    }
    const quick = await on.connect();
    const [watched, slow] = this.apis as [WatchedApi, WatchedApi];
    this.#running = Promise.all([
      this.#loop('watched', () => this.#sync(watched)),
      this.#loop('slow', () => this.#sync(slow, SLOW_FETCH_MS)),
      this.#loop('provider', () => this.#sync(this.provider, 0, this.catalogue)),
      this.#loop('quick', (round) => this.#quick(quick, round)),
      this.#loop('rules', (round) => this.#addRule(watched, round)),
    ]);
    this.#others.push(this.#failing(), this.#scheduled(quick));
  }

  /** Resolves when every loop has completed one more whole round. */
  async round(): Promise<void> {
    const before = this.#loops.map(({ begun }) => begun);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
    while (!this.#failure && !this.#loops.every(({ ended }, index) => ended > before[index]!)) await sleep(20);
    if (this.#failure) throw this.#failure;
  }

  /** Resolves when all rounds have ended. @throws Error of the first round that did not end as expected */
  async end(): Promise<void> {
    this.#ended = true;
    this.#wake.resolve();
    await this.#running;
    await Promise.all(this.#others);
    if (this.#failure) throw this.#failure;
  }

  /** Every job that was created for the tenant that calls. */
  get jobIds(): string[] {
    return [...this.quickJobs, ...this.apis.flatMap(({ jobIds }) => jobIds)];
  }

  async #loop(name: string, round: (n: number) => Promise<void>): Promise<void> {
    const loop: Loop = { name, begun: 0, ended: 0 };
    this.#loops.push(loop);
    try {
      while (!this.#ended && !this.#failure) {
        loop.begun += 1;
        await round(loop.ended);
        loop.ended += 1;
        await Promise.race([sleep(PAUSE_MS), this.#wake.promise]);
      }
    } catch (error) {
      this.#failure ??= new Error(`${this.phase}; ${name}, round ${loop.begun}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Publishes the next version and syncs it. */
  async #sync(api: WatchedApi, delayMs = 0, on = this.on): Promise<void> {
    api.version += 1;
    const document = described(api.version);
    if (delayMs > 0) setTimeout(this.publisher.hold(document, api.path), delayMs);
    else this.publisher.publish(document, api.path);
    const jobId = await on.createOnce(api.connectionId, `${api.path} ${api.version}`);
    api.jobIds.push(jobId);
    expectState(await on.finished(jobId), 'completed', 'succeeded');
  }

  /** A job that does nothing; every third is cancelled, perhaps too late. */
  async #quick(connectionId: string, round: number): Promise<void> {
    const jobId = await this.on.createOnce(connectionId, `quick ${round}`);
    this.quickJobs.push(jobId);
    if (round % 3 === 2) await this.on.post(`/v1/jobs/${jobId}/cancel`, { reason: 'load' });
    const { state } = await this.on.finished(jobId);
    if (state !== 'completed' && !(round % 3 === 2 && state === 'cancelled'))
      throw new Error(`job ${jobId} is ${state}`);
  }

  /** Adding an identical rule returns the existing one. */
  async #addRule({ connectionId }: WatchedApi, round: number): Promise<void> {
    if (round >= MOST_RULES) return;
    const rule = { operation: `GET /never/${round}`, reason: 'load' };
    const { status, body } = await this.on.post(`/v1/connections/${connectionId}/ignores`, rule);
    if (status !== 201) throw new Error(`no rule: ${status} ${JSON.stringify(body)}`);
    this.rules = round + 1;
  }

  /** Fails once, under the first version that runs it, and is retried a minute later, under any version. */
  async #failing(): Promise<void> {
    const path = '/failing';
    this.publisher.fail(503, path);
    const jobId = await this.on.createOnce(await this.on.connect(this.publisher.source(path)), path);
    this.quickJobs.push(jobId);
    while ((await this.on.get(`/v1/jobs/${jobId}`)).body.retryCount === 0) await sleep(100);
    this.publisher.publish(described(1), path);
    const job = await this.on.finished(jobId, RETRY_MS);
    expectState(job, 'completed', 'succeeded');
    if (job.retryCount !== 1) throw new Error(`job ${jobId} was tried ${job.retryCount} times again`);
  }

  /** Created under the first version for a time at which another version runs. */
  async #scheduled(connectionId: string): Promise<void> {
    const startAt = new Date(Date.now() + 20_000).toISOString();
    const jobId = await this.on.createOnce(connectionId, 'scheduled', { startAt });
    this.quickJobs.push(jobId);
    const job = await this.on.finished(jobId);
    expectState(job, 'completed', job.result);
    if (job.startedAt < startAt) throw new Error(`job ${jobId} started at ${job.startedAt}, before ${startAt}`);
  }
}

function expectState(job: any, state: string, result: string): void {
  if (job.state === state && job.result === result) return;
  throw new Error(`job ${job.id} is ${job.state}, ${job.result}: ${job.lastError?.message}`);
}
