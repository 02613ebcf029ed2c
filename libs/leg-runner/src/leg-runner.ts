import { hostname } from 'node:os';
import {
  contextOf,
  eventSubject,
  jobStream,
  workSubject,
  type ClaimGranted,
  type ClaimRequest,
  type Work,
} from '@tidemark/contracts';
import { BoundedCache, DaemonGroup, daemonOf, isJsonObject, type Conditions, type Daemon } from '@tidemark/foundation';
import { Retryable, Terminal, type Delivery } from '@tidemark/messaging';
import { inSpan } from '@tidemark/telemetry';
import { ClaimedLeg, type LegTools, type StopReason } from './claimed-leg.js';
import { CoordinatorClient, refusal } from './coordinator-client.js';

const CLAIM_AGAIN_MS = 500;
/** Work that only a newer version knows is offered to others at longer and longer intervals. */
const NEWER_FIRST_MS = 250;
const NEWER_LAST_MS = 30_000;
/** Refusals that settle a work message: the leg ended, is done, superseded, or held by a live runner. */
const SETTLED: ReadonlySet<string> = new Set(['CLAIM_REFUSED', 'NOT_FOUND']);

export interface LegRunnerOptions extends LegTools {
  /** The service of the stages, and the name of the shared consumer. */
  readonly service: string;
  /** Legs in progress at once in this process. */
  readonly concurrency: number;
  /** Milliseconds of silence until the broker gives the leg to another runner: the same as the coordinator's. */
  readonly ackWaitMs: number;
  /** Milliseconds that running legs have to end when the runner is stopped; then they are given back. */
  readonly drainMs: number;
  /** What is wrong in this process. */
  readonly conditions?: Conditions;
}

/**
 * Takes legs off a service's work queue, claims them, and runs their stages. The message is acknowledged only when the
 * coordinator has accepted the last report, or reports that the claim is no longer ours.
 */
export class LegRunner implements Daemon {
  /** Names this runner in claims. */
  readonly id: string;
  readonly #options: LegRunnerOptions;
  readonly #legs = new Set<{ readonly jobId: string; readonly leg: ClaimedLeg }>();
  /** Legs that were claimed here and turned out to need a newer version: not claimed again. */
  readonly #newer = new BoundedCache<Work>(10_000);
  readonly #stages: ReadonlySet<string>;
  readonly #parts: Daemon;

  constructor(options: LegRunnerOptions) {
    this.#options = options;
    this.#stages = new Set([...options.stages.values()].flatMap(({ stages }) => Object.keys(stages)));
    this.id = `${options.service}@${hostname()}-${process.pid}`;
    // Stays subscribed until the last leg has ended.
    this.#parts = new DaemonGroup([
      this.#stopOn('CancelRequested', 'cancelled'),
      this.#stopOn('ClaimExpired', 'fenced'),
      this.#stopOn('JobCancelled', 'fenced'),
      this.#consumer(),
    ]);
  }

  async start(): Promise<void> {
    await this.#parts.start();
  }

  /** Takes no new leg, and gives back running ones that do not end in time. */
  stop(): Promise<void> {
    return this.#parts.stop();
  }

  #consumer(): Daemon {
    const { broker, service, concurrency, ackWaitMs, drainMs } = this.#options;
    const limits = { ackWaitMs, maxDeliver: -1, concurrency };
    const shareOf = (data: unknown) => (isJsonObject(data) ? String(data['tenant']) : '');
    const queue = { durable: service, subject: workSubject(service, '*'), ...limits, shareOf };
    return daemonOf(async () => {
      const consuming = await broker.consume<Work>(queue, (delivery) => this.#take(delivery));
      return { stop: () => consuming.stop(drainMs) };
    });
  }

  /** Lossy: a leg that misses it is refused at its next report. */
  #stopOn(event: string, reason: StopReason): Daemon {
    const heard = ({ stream, claim }: { readonly stream: string; readonly claim?: number }) => {
      for (const { jobId, leg } of this.#legs)
        if (stream === jobStream.of(jobId) && (claim ?? leg.claim) === leg.claim) leg.stop(reason);
    };
    return daemonOf(() =>
      this.#options.broker.listen<Parameters<typeof heard>[0]>(eventSubject(jobStream.category, event), ({ data }) =>
        heard(data),
      ),
    );
  }

  async #take(delivery: Delivery<Work>): Promise<void> {
    assertWork(delivery.data);
    const { headers, data } = delivery;
    const { tenant, jobId, stage, attempt } = data;
    if (!this.#stages.has(stage) || this.#newer.get(legOf(data))) this.#leaveToNewer(delivery);
    const attributes = { 'tidemark.tenant': tenant, 'tidemark.job': jobId, 'tidemark.attempt': attempt };
    const parent = headers['traceparent'] ?? null;
    const name = `leg ${this.#options.service}.${stage}`;
    return inSpan(name, { parent, kind: 'CONSUMER', attributes }, () => this.#run(delivery));
  }

  async #run(delivery: Delivery<Work>): Promise<void> {
    const { broker } = this.#options;
    const { tenant, jobId } = delivery.data;
    const context = { ...contextOf(tenant, delivery.headers), actor: `runner:${this.id}`, causationId: delivery.id };
    const coordinator = new CoordinatorClient(broker, context, this.#options.clock);
    const granted = await this.#claim(coordinator, delivery);
    if (!granted) return;
    const leg = new ClaimedLeg(this.#options, coordinator, delivery, granted);
    const entry = { jobId, leg };
    this.#legs.add(entry);
    try {
      await leg.run();
    } finally {
      if (leg.needsNewer) this.#newer.set(legOf(delivery.data), delivery.data);
      this.#legs.delete(entry);
    }
  }

  /** @throws Retryable: neither claimed nor set aside, so that a runner of a newer version finds it in the queue */
  #leaveToNewer({ data: { stage }, deliveryCount }: Delivery<Work>): never {
    const { service, conditions } = this.#options;
    const text = `this version does not know all stages of the leg that begins with ${stage}`;
    conditions?.raise(`stages of ${service}`, `${text}: such work waits for a runner of a newer release`);
    throw new Retryable(text, Math.min(NEWER_LAST_MS, NEWER_FIRST_MS * 2 ** Math.min(deliveryCount, 10)));
  }

  /** Undefined when the leg is not available. */
  async #claim(coordinator: CoordinatorClient, delivery: Delivery<Work>): Promise<ClaimGranted | undefined> {
    const { id, deliverySequence: sequence, data } = delivery;
    const request: ClaimRequest = {
      ...data,
      service: this.#options.service,
      runner: this.id,
      delivery: { id, sequence },
    };
    try {
      return await coordinator.ask<ClaimGranted>('claim-stage', request);
    } catch (error) {
      const refused = refusal(error);
      if (refused && SETTLED.has(refused.code)) return undefined;
      if (refused)
        throw new Terminal(`the coordinator refuses the claim: ${(error as Error).message}`, { cause: error });
      throw new Retryable(`no claim: ${(error as Error).message}`, CLAIM_AGAIN_MS, { cause: error });
    }
  }
}

const legOf = ({ jobId, stage }: Work) => `${jobId}:${stage}`;

/** Fields of a newer version may be there too. @throws Terminal */
function assertWork(data: unknown): asserts data is Work {
  const work = isJsonObject(data) ? data : {};
  const missing = ['tenant', 'jobId', 'stage'].filter((field) => typeof work[field] !== 'string');
  if (typeof work['attempt'] !== 'number') missing.push('attempt');
  if (missing.length > 0) throw new Terminal(`not a work message: ${missing.join(', ')} missing`);
}
