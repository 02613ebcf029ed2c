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
import { DaemonGroup, daemonOf, type Daemon } from '@tidemark/foundation';
import { Retryable, type Delivery } from '@tidemark/messaging';
import { inSpan } from '@tidemark/telemetry';
import { ClaimedLeg, type LegTools, type StopReason } from './claimed-leg.js';
import { CoordinatorClient, refusal } from './coordinator-client.js';

const CLAIM_AGAIN_MS = 500;

export interface LegRunnerOptions extends LegTools {
  /** The service of the stages, and the name of the shared consumer. */
  readonly service: string;
  /** Legs in progress at once in this process. */
  readonly concurrency: number;
  /** Milliseconds of silence until the broker gives the leg to another runner: the same as the coordinator's. */
  readonly ackWaitMs: number;
  /** Milliseconds that running legs have to end when the runner is stopped; then they are given back. */
  readonly drainMs: number;
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
  readonly #parts: Daemon;

  constructor(options: LegRunnerOptions) {
    this.#options = options;
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
    const queue = { durable: service, subject: workSubject(service, '*'), ackWaitMs, maxDeliver: -1, concurrency };
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

  #take(delivery: Delivery<Work>): Promise<void> {
    const { headers, data } = delivery;
    const { tenant, jobId, stage, attempt } = data;
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
      this.#legs.delete(entry);
    }
  }

  /** Undefined when the leg is not available: ended, done, superseded, or held by a live runner. */
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
      if (refusal(error)) return undefined;
      throw new Retryable(`no claim: ${(error as Error).message}`, CLAIM_AGAIN_MS, { cause: error });
    }
  }
}
