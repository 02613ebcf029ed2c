import { toError } from '@tidemark/foundation';
import { deadLetter } from '../dead-letter.js';
import { exhausted, isMeant, verdictOn, type ConsumePolicy } from '../policy.js';
import type { ConsumeHandler, DeadLetter, Delivery, Headers, OutgoingMessage } from '../port.js';
import { Shares } from '../shares.js';
import { Work } from '../work.js';
import type { Entry } from './tap.js';

/** Callbacks from a member to its durable consumer. */
export interface Returns {
  acknowledged(entry: Entry): void;
  /** To be delivered again, at once when `delayMs` is 0. */
  again(entry: Entry, delayMs: number): void;
  /** A slot is free. */
  wake(): void;
  nextSequence(): number;
  /** Files a dead letter; returns when it is stored. */
  bury(letter: OutgoingMessage<DeadLetter>): Promise<void>;
  onError(error: Error): void;
}

const NO_HEADERS: Headers = Object.freeze({});
const BURY_AGAIN_MS = 5_000;
const LATE_MS = 1_000;

class EmbeddedDelivery implements Delivery {
  readonly subject: string;
  readonly id: string;
  readonly data: unknown;
  readonly headers: Headers;
  readonly deliveryCount: number;

  constructor(
    readonly entry: Entry,
    readonly deliverySequence: number,
    private readonly member: Member,
  ) {
    const { message, count } = entry;
    this.subject = message.subject;
    this.id = message.id;
    this.data = message.data;
    this.headers = message.headers ?? NO_HEADERS;
    this.deliveryCount = count;
  }

  get signal(): AbortSignal {
    return this.member.work.signal;
  }

  async extend(): Promise<void> {
    this.member.extend(this);
  }
}

/** One handler of a durable consumer, with its slots and the deadlines of the messages it holds. */
export class Member {
  readonly work = new Work();
  readonly #shares = new Shares();
  /** In the order of their deadlines: the ack wait is the same for all. */
  readonly #deadlines = new Map<EmbeddedDelivery, number>();
  #timer: NodeJS.Timeout | undefined;
  #timerDue = 0;

  constructor(
    readonly policy: ConsumePolicy,
    private readonly handler: ConsumeHandler,
    private readonly returns: Returns,
  ) {}

  get free(): number {
    return this.policy.concurrency - this.work.size;
  }

  mayTake(share: string): boolean {
    return this.#shares.mayTake(share, this.free, this.policy.concurrency);
  }

  /** Passes a message to the handler. */
  deliver(entry: Entry): void {
    entry.count++;
    entry.due = undefined;
    const delivery = new EmbeddedDelivery(entry, this.returns.nextSequence(), this);
    entry.holder = delivery;
    this.work.begin();
    if (this.policy.shareOf) this.#shares.begin(entry.share);
    const given = exhausted(entry.count, this.policy);
    if (given !== undefined) return void this.#bury(delivery, given);
    this.extend(delivery);
    let answer: Promise<void> | void;
    try {
      answer = this.handler(delivery);
    } catch (error) {
      return this.#failed(delivery, error);
    }
    if (!(answer instanceof Object)) return this.#succeeded(delivery);
    answer.then(
      () => (this.#succeeded(delivery), this.returns.wake()),
      (error: unknown) => (this.#failed(delivery, error), this.returns.wake()),
    );
  }

  extend(delivery: EmbeddedDelivery): void {
    if (delivery.entry.holder !== delivery) return;
    this.#deadlines.delete(delivery);
    this.#deadlines.set(delivery, performance.now() + this.policy.ackWaitMs);
    if (!this.#timer) this.#arm(this.policy.ackWaitMs);
  }

  /** Returns the messages still held after the last drain. */
  release(): void {
    clearTimeout(this.#timer);
    for (const delivery of this.#deadlines.keys()) this.#giveBack(delivery, 0);
  }

  /** Takes back messages whose ack wait has passed; their handlers keep their slots until they end. */
  #expire(): void {
    this.#timer = undefined;
    const now = performance.now();
    this.#excuse(now - this.#timerDue);
    for (const [delivery, deadline] of this.#deadlines) {
      if (deadline > now) {
        this.#arm(deadline - now);
        break;
      }
      this.#giveBack(delivery, 0);
    }
    this.returns.wake();
  }

  #arm(milliseconds: number): void {
    this.#timerDue = performance.now() + milliseconds;
    this.#timer = setTimeout(() => this.#expire(), milliseconds).unref();
  }

  /** The timer is that late: this process was stopped, and its handlers could not extend their messages meanwhile. */
  #excuse(lateMs: number): void {
    if (lateMs < LATE_MS) return;
    for (const [delivery, deadline] of this.#deadlines) this.#deadlines.set(delivery, deadline + lateMs);
  }

  #giveBack(delivery: EmbeddedDelivery, delayMs: number): void {
    this.#deadlines.delete(delivery);
    if (delivery.entry.holder !== delivery) return;
    delivery.entry.holder = undefined;
    this.returns.again(delivery.entry, delayMs);
  }

  /** Also counts after the ack wait, as with JetStream. */
  #succeeded(delivery: EmbeddedDelivery): void {
    this.#deadlines.delete(delivery);
    this.returns.acknowledged(delivery.entry);
    this.#ended(delivery);
  }

  #ended({ entry }: EmbeddedDelivery): void {
    this.work.end();
    if (this.policy.shareOf) this.#shares.end(entry.share);
  }

  #failed(delivery: EmbeddedDelivery, error: unknown): void {
    if (this.work.signal.aborted) {
      this.#giveBack(delivery, 0);
      return this.#ended(delivery);
    }
    if (!isMeant(error)) this.returns.onError(toError(error));
    const verdict = verdictOn(error, delivery.deliveryCount, this.policy);
    if ('dead' in verdict) return void this.#bury(delivery, verdict.dead);
    this.#giveBack(delivery, verdict.retryInMs);
    this.#ended(delivery);
  }

  /** The dead letter is stored before the message ends: a crash in between repeats both, and the letter's id makes it one. */
  async #bury(delivery: EmbeddedDelivery, reason: string): Promise<void> {
    this.#deadlines.delete(delivery);
    const { position, index } = delivery.entry;
    try {
      await this.returns.bury(deadLetter(delivery, `${position}-${index}`, reason, this.policy.durable));
      this.returns.acknowledged(delivery.entry);
    } catch (error) {
      this.returns.onError(toError(error));
      this.#giveBack(delivery, BURY_AGAIN_MS);
    }
    this.#ended(delivery);
    this.returns.wake();
  }
}
