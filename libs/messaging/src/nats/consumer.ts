import {
  AckPolicy,
  createInbox,
  DeliverPolicy,
  nanos,
  NatsError,
  ReplayPolicy,
  type ConsumerConfig,
  type JetStreamManager,
  type Msg,
  type Subscription,
} from 'nats';
import { Backoff } from '@tidemark/foundation';
import type { ConsumeHandler, Running } from '../port.js';
import { workTaken, type ConsumePolicy } from '../policy.js';
import { Work } from '../work.js';
import { translate, type Connection } from './connection.js';
import { NatsDelivery, type DeliveryTools } from './delivery.js';
import { Intake } from './intake.js';
import type { Namespace } from './wire.js';

const PULL_EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
const SILENCE_MS = 12_000;
const RECOVER_PAUSES = { first: 500, last: 10_000 };
const NAME_TAKEN = [10148, 10105, 10013];
const NOT_UNIQUE = 10100;
/** Across all processes, delayed messages included. */
const MAX_ACK_PENDING = 100_000;

/**
 * A durable pull consumer. It requests exactly as many messages from the server as it has free slots, so that no message's
 * ack wait runs while it waits in this process.
 *
 * `#requested` counts messages that were requested and have neither arrived nor been called off by the server (each pull ends with a
 * status with the number left). When the count may be wrong, after a lost connection or a long silence, a new
 * inbox makes the server forget the old pulls.
 */
export class NatsConsumer implements Running {
  #requested = 0;
  #inbox = '';
  #subscription: Subscription | undefined;
  #lastHeard = 0;
  #stopping = false;
  #recovering = false;
  #stopped: Promise<void> | undefined;
  readonly #intake: Intake;
  readonly #work = new Work();
  readonly #stream: string;
  readonly #pullSubject: string;
  #watch: NodeJS.Timeout | undefined;
  #noLongerUp: (() => void) | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly jsm: JetStreamManager,
    private readonly namespace: Namespace,
    stream: string,
    private readonly policy: ConsumePolicy,
    private readonly handler: ConsumeHandler,
    private readonly tools: DeliveryTools,
  ) {
    this.#intake = new Intake(
      policy,
      (delivery) => this.#run(delivery),
      () => this.#pull(),
    );
    this.#stream = stream;
    this.#pullSubject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${policy.durable}`;
  }

  async start(): Promise<void> {
    await this.#ensure();
    this.#renewInbox();
    this.#noLongerUp = this.connection.whenUp(() => void this.#recover());
    this.#watch = setInterval(() => {
      if (this.#requested > 0 && Date.now() - this.#lastHeard > SILENCE_MS && this.connection.isUp)
        void this.#recover();
    }, HEARTBEAT_MS).unref();
    this.#pull();
  }

  stop(deadlineMs = 5_000): Promise<void> {
    return (this.#stopped ??= this.#end(deadlineMs));
  }

  async #end(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watch);
    this.#noLongerUp?.();
    this.#intake.close();
    // Messages that the server sends before it learns of the end are returned at once in `take`.
    const drained = this.#subscription && this.connection.drain(this.#subscription);
    await this.#work.drain(deadlineMs);
    await drained;
    await this.connection.flush();
  }

  async #ensure(): Promise<void> {
    const config: Partial<ConsumerConfig> & { durable_name: string } = {
      durable_name: this.policy.durable,
      filter_subject: this.namespace.out(this.policy.subject),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(this.policy.ackWaitMs),
      deliver_policy: DeliverPolicy.All,
      replay_policy: ReplayPolicy.Instant,
      max_deliver: -1,
      max_ack_pending: MAX_ACK_PENDING,
      max_waiting: 2048,
    };
    const { consumers } = this.jsm;
    try {
      await this.connection.whileUp(() => consumers.add(this.#stream, config));
    } catch (error) {
      const code = error instanceof NatsError ? error.api_error?.err_code : undefined;
      if (code === NOT_UNIQUE) throw workTaken(this.policy, error);
      if (code === undefined || !NAME_TAKEN.includes(code)) throw error;
      await this.connection.whileUp(() => consumers.update(this.#stream, this.policy.durable, config));
    }
  }

  /**
   * After a lost connection, stream or consumer: what is gone is created again, and all messages are requested again.
   * Reported once, not at every attempt.
   */
  async #recover(): Promise<void> {
    if (this.#recovering) return;
    this.#recovering = true;
    const subject = `consumer ${this.policy.durable}`;
    const backoff = new Backoff(RECOVER_PAUSES);
    let reported = '';
    while (!this.#stopping && !this.connection.nc.isClosed()) {
      try {
        await this.connection.up(PULL_EXPIRES_MS);
        await this.tools.ensure();
        await this.#ensure();
        this.tools.conditions?.clear(subject);
        break;
      } catch (thrown) {
        const error = translate(thrown);
        this.tools.conditions?.raise(subject, `receives nothing: ${error.message}`);
        if (error.message !== reported) this.tools.onError(error);
        reported = error.message;
        await backoff.wait();
      }
    }
    this.#recovering = false;
    if (this.#stopping || this.connection.nc.isClosed()) return;
    this.#renewInbox();
    this.#pull();
  }

  /** Messages already sent to the old inbox still arrive: they would otherwise be missing until the ack wait is over. */
  #renewInbox(): void {
    if (this.#subscription) void this.connection.drain(this.#subscription);
    const inbox = createInbox();
    this.#inbox = inbox;
    this.#requested = 0;
    this.#lastHeard = Date.now();
    this.#subscription = this.connection.nc.subscribe(inbox, {
      callback: (error, message) => (error ? this.tools.onError(translate(error)) : this.#take(message, inbox)),
    });
  }

  #pull(): void {
    if (this.#stopping || this.#recovering || !this.connection.isUp) return;
    const free = this.#intake.room - this.#requested;
    if (free <= 0 || (this.#requested > 0 && free < this.policy.concurrency / 2)) return;
    if (this.#requested === 0) this.#lastHeard = Date.now();
    this.#requested += free;
    const body = { batch: free, expires: nanos(PULL_EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) };
    this.connection.nc.publish(this.#pullSubject, JSON.stringify(body), { reply: this.#inbox });
  }

  #take(message: Msg, inbox: string): void {
    const isCurrent = inbox === this.#inbox;
    this.#lastHeard = Date.now();
    if (!message.reply?.startsWith('$JS.ACK.')) return isCurrent ? this.#heed(message) : undefined;
    const delivery = new NatsDelivery(message, this.#work.signal, this.policy, this.tools);
    if (this.#stopping) return delivery.handBack();
    if (isCurrent) this.#requested = Math.max(0, this.#requested - 1);
    this.#intake.take(delivery);
    if (this.#requested === 0) this.#pull();
  }

  /** A status of the server: a heartbeat, or the end of a pull. */
  #heed(message: Msg): void {
    const { headers } = message;
    if (!headers || headers.code === 100) return;
    const left = Number(headers.get('Nats-Pending-Messages') || Number.NaN);
    if (headers.code === 408 || (headers.code === 409 && Number.isFinite(left))) {
      this.#requested = Math.max(0, this.#requested - (Number.isFinite(left) ? left : this.#requested));
      if (!/deleted|leadership|shutdown/i.test(headers.description)) return this.#pull();
    }
    if (!this.#stopping) setTimeout(() => void this.#recover(), RECOVER_PAUSES.first).unref();
  }

  async #run(delivery: NatsDelivery): Promise<void> {
    this.#work.begin();
    try {
      await delivery.handle(this.handler);
    } catch (error) {
      this.tools.onError(translate(error));
    } finally {
      this.#work.end();
    }
  }
}
