import { hostname } from 'node:os';
import {
  contextOf,
  eventSubject,
  jobStream,
  type ClaimGranted,
  type ClaimRequest,
  type Work,
} from '@tidemark/contracts';
import { Retryable, type Delivery, type Running } from '@tidemark/messaging';
import { inSpan } from '@tidemark/telemetry';
import { ClaimedLeg, type LegTools, type StopReason } from './claimed-leg.js';
import { CoordinatorClient, refusal } from './coordinator-client.js';

const CLAIM_AGAIN_MS = 500;

export interface LegRunnerOptions extends LegTools {
  /** Whose legs to take: the service of the stages, and the name of the shared consumer. */
  readonly service: string;
  /** Legs in work at once in this process. */
  readonly concurrency: number;
  /** Milliseconds of silence until the broker gives the leg to another runner: what the coordinator waits as well. */
  readonly ackWaitMs: number;
}

/**
 * Takes legs off a service's work queue, claims them, and runs their stages. The message is acknowledged only when the
 * coordinator has taken the last report, or says that the leg is no longer ours.
 */
export class LegRunner {
  /** Names this runner in claims. */
  readonly id: string;
  readonly #legs = new Set<{ readonly jobId: string; readonly leg: ClaimedLeg }>();
  readonly #running: Running[] = [];

  constructor(private readonly options: LegRunnerOptions) {
    this.id = `${options.service}@${hostname()}-${process.pid}`;
  }

  async start(): Promise<void> {
    const { broker, service, concurrency, ackWaitMs } = this.options;
    this.#running.push(
      await this.#stopOn('CancelRequested', 'cancelled'),
      await this.#stopOn('ClaimExpired', 'fenced'),
      await this.#stopOn('JobCancelled', 'fenced'),
      await broker.consume<Work>(
        { durable: service, subject: `tidemark.work.${service}.*`, ackWaitMs, maxDeliver: -1, concurrency },
        (delivery) => this.#take(delivery),
      ),
    );
  }

  /** Takes no new leg, gives those in work `deadlineMs` to end, then gives them back. */
  async stop(deadlineMs?: number): Promise<void> {
    await Promise.all(this.#running.map((running) => running.stop(deadlineMs)));
  }

  /** Lossy: a leg that misses it is refused at its next report. */
  #stopOn(event: string, reason: StopReason): Promise<Running> {
    return this.options.broker.listen<{ stream: string; claim?: number }>(
      eventSubject(jobStream.category, event),
      ({ data }) => {
        const { stream, claim } = data;
        for (const { jobId, leg } of this.#legs)
          if (stream === jobStream.of(jobId) && (claim ?? leg.claim) === leg.claim) leg.stop(reason);
      },
    );
  }

  #take(delivery: Delivery<Work>): Promise<void> {
    const { headers, data } = delivery;
    const { tenant, jobId, stage, attempt } = data;
    const attributes = { 'tidemark.tenant': tenant, 'tidemark.job': jobId, 'tidemark.attempt': attempt };
    const parent = headers['traceparent'] ?? null;
    const name = `leg ${this.options.service}.${stage}`;
    return inSpan(name, { parent, kind: 'CONSUMER', attributes }, () => this.#run(delivery));
  }

  async #run(delivery: Delivery<Work>): Promise<void> {
    const { broker } = this.options;
    const { tenant, jobId } = delivery.data;
    const context = { ...contextOf(tenant, delivery.headers), actor: `runner:${this.id}`, causationId: delivery.id };
    const coordinator = new CoordinatorClient(broker, context, this.options.clock);
    const granted = await this.#claim(coordinator, delivery);
    if (!granted) return;
    const leg = new ClaimedLeg(this.options, coordinator, delivery, granted);
    const entry = { jobId, leg };
    this.#legs.add(entry);
    try {
      await leg.run();
    } finally {
      this.#legs.delete(entry);
    }
  }

  /** Undefined when the leg is not to be had: ended, done, superseded, or held by a live runner. */
  async #claim(coordinator: CoordinatorClient, delivery: Delivery<Work>): Promise<ClaimGranted | undefined> {
    const { id, deliverySequence: sequence, data } = delivery;
    const request: ClaimRequest = {
      ...data,
      service: this.options.service,
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
