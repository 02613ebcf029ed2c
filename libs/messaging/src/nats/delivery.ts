import { nanos, type Msg } from 'nats';
import { messageOf, type Conditions } from '@tidemark/foundation';
import { deadLetter, letterOf } from '../dead-letter.js';
import { exhausted, isMeant, verdictOn, type ConsumePolicy } from '../policy.js';
import type { ConsumeHandler, DeadLetter, Delivery, Headers, OutgoingMessage } from '../port.js';
import { translate, type Connection } from './connection.js';
import { decodeData, decodeHeaders, MESSAGE_ID, type Namespace } from './wire.js';

/** The part of a broker that a delivery uses. */
export interface DeliveryTools {
  readonly connection: Connection;
  readonly namespace: Namespace;
  /** Files a dead letter; returns when it is stored. */
  readonly bury: (letter: OutgoingMessage<DeadLetter>) => Promise<void>;
  /** Whether this stored message is the one of that redriven letter that counts: the first to be delivered. */
  readonly isFirst: (letter: string, place: number) => Promise<boolean>;
  /** Creates the streams that are missing. */
  readonly ensure: () => Promise<void>;
  readonly conditions?: Conditions | undefined;
  readonly onError: (error: Error) => void;
}

const ACK = Buffer.from('+ACK');
const NAK = Buffer.from('-NAK');
const TERM = Buffer.from('+TERM');
const WORKING = Buffer.from('+WPI');
const BURY_AGAIN_MS = 5_000;

/** The fields of an acknowledgement's subject, counted from its end: some servers prepend a domain and account. */
const DELIVERED = -5;
const STREAM_SEQUENCE = -4;
const CONSUMER_SEQUENCE = -3;
const LONG_FORM = 12;

/** One message held by a handler, and its acknowledgement to the server. */
export class NatsDelivery implements Delivery {
  readonly subject: string;
  readonly deliveryCount: number;
  readonly deliverySequence: number;
  readonly data: unknown = undefined;
  /** Why the data cannot be read. */
  readonly #unreadable: string | undefined;
  readonly #place: number;
  #known: Headers | undefined;

  constructor(
    private readonly message: Msg,
    readonly signal: AbortSignal,
    private readonly policy: ConsumePolicy,
    private readonly tools: DeliveryTools,
  ) {
    const tokens = message.reply!.split('.');
    const end = tokens.length >= LONG_FORM ? 11 : tokens.length;
    this.subject = tools.namespace.in(message.subject);
    this.deliveryCount = Number(tokens[end + DELIVERED]);
    this.#place = Number(tokens[end + STREAM_SEQUENCE]);
    this.deliverySequence = Number(tokens[end + CONSUMER_SEQUENCE]);
    try {
      this.data = decodeData(message.data);
    } catch (error) {
      this.data = Buffer.from(message.data).toString('base64');
      this.#unreadable = `the data is not JSON (kept as base64): ${messageOf(error)}`;
    }
  }

  /** Whose turn it is; '' where nobody takes turns. */
  get share(): string {
    return this.policy.shareOf?.(this.data) ?? '';
  }

  /** Not taken up: another consumer may have it after the delay. */
  handBack(delayMs = 0): void {
    this.message.respond(delayMs === 0 ? NAK : delayed(delayMs));
  }

  get headers(): Headers {
    return (this.#known ??= decodeHeaders(this.message));
  }

  get id(): string {
    return this.message.headers?.get(MESSAGE_ID) || this.headers['ce-id'] || `${this.policy.subject}:${this.#place}`;
  }

  async extend(): Promise<void> {
    await this.#answer(WORKING);
  }

  async handle(handler: ConsumeHandler): Promise<void> {
    const given = exhausted(this.deliveryCount, this.policy);
    if (given !== undefined) return this.#bury(given);
    if (this.#unreadable !== undefined) return this.#bury(this.#unreadable);
    const letter = letterOf(this.id);
    try {
      if (letter === undefined || (await this.tools.isFirst(letter, this.#place))) await handler(this);
    } catch (error) {
      return this.#settle(error);
    }
    await this.#answer(ACK);
  }

  async #settle(error: unknown): Promise<void> {
    if (this.signal.aborted) return this.#answer(NAK);
    if (!isMeant(error)) this.tools.onError(translate(error));
    const verdict = verdictOn(error, this.deliveryCount, this.policy);
    if ('dead' in verdict) return this.#bury(verdict.dead);
    const { retryInMs } = verdict;
    await this.#answer(retryInMs === 0 ? NAK : delayed(retryInMs));
  }

  /** The dead letter is stored before the message ends: a crash in between repeats both, and the letter's id makes it one. */
  async #bury(reason: string): Promise<void> {
    try {
      await this.tools.bury(deadLetter(this, this.#place, reason, this.policy.durable));
    } catch (error) {
      this.tools.onError(translate(error));
      return this.#answer(delayed(BURY_AGAIN_MS));
    }
    await this.#answer(TERM);
  }

  /** Held back while the connection is down: the client would drop it, and the work would be repeated. */
  async #answer(payload: Uint8Array): Promise<void> {
    if (!this.tools.connection.isUp) await this.tools.connection.up(this.policy.ackWaitMs);
    this.message.respond(payload);
  }
}

const delayed = (milliseconds: number) => Buffer.from(`-NAK {"delay":${nanos(milliseconds)}}`);
