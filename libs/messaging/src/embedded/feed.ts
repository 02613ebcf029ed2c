import type { RecordedEvent, Subscription } from '@tidemark/event-store';
import { Backoff, toError } from '@tidemark/foundation';
import { mapped } from '../relaying.js';
import type { EventMapping, OutgoingMessage, Request } from '../port.js';
import { SubjectIndex } from '../subjects.js';
import type { EmbeddedLog } from './embedded-log.js';
import type { Tap } from './tap.js';

/** The listeners for broadcasts and messages. */
export type Listeners = SubjectIndex<(message: Request) => void>;

/**
 * Messages derived from the log: relayed or published ones. It follows the end of the log with
 * one subscription and delivers each message to the listeners, and to the taps that have caught up. A tap that
 * lags behind reads the log by itself.
 */
export class Feed {
  readonly taps = new SubjectIndex<Tap>();
  readonly #allTaps = new Set<Tap>();
  #subscription: Subscription | undefined;
  #users = 0;
  #retry: NodeJS.Timeout | undefined;
  readonly #backoff = new Backoff();
  #handedOut = -1;

  constructor(
    readonly name: string,
    readonly categories: readonly string[],
    readonly map: EventMapping,
    readonly log: EmbeddedLog,
    private readonly listeners: Listeners,
    /** Files a dead letter for an event that `map` cannot handle; returns when it is stored. */
    readonly setAside: (event: RecordedEvent, error: Error) => Promise<void>,
    readonly onError: (error: Error) => void,
  ) {}

  get isRunning(): boolean {
    return this.#subscription !== undefined;
  }

  /** All messages of events up to here were delivered; -1 before the first start. */
  get position(): number {
    return this.#handedOut;
  }

  /** Every start needs its stop; the feed runs while it has a user. */
  async start(): Promise<void> {
    if (this.#users++ > 0) return;
    const head = await this.log.head().catch((error: unknown) => {
      this.#users--;
      throw error;
    });
    if (this.#users === 0 || this.#subscription) return;
    this.#handedOut = head;
    this.#follow();
    for (const tap of this.#allTaps) tap.catchUp();
  }

  async stop(): Promise<void> {
    if (--this.#users > 0) return;
    clearTimeout(this.#retry);
    const subscription = this.#subscription;
    this.#subscription = undefined;
    for (const tap of this.#allTaps) tap.fallBehind();
    await Promise.all([subscription?.stop(), ...[...this.#allTaps].map((tap) => tap.pause())]);
  }

  add(tap: Tap, filter: string): () => void {
    this.#allTaps.add(tap);
    const remove = this.taps.add(filter, tap);
    return () => {
      this.#allTaps.delete(tap);
      remove();
    };
  }

  #follow(): void {
    const subscription = this.log.subscribe(
      { categories: this.categories, after: this.#handedOut, onError: this.onError },
      (events, position) => this.#handOut(events, position),
    );
    this.#subscription = subscription;
    void subscription.ended.then(() => this.#followAgain(subscription));
  }

  /** A log that cannot store a dead letter ends the subscription: retry where it stopped, so that no event is skipped. */
  #followAgain(ended: Subscription): void {
    if (this.#subscription !== ended) return;
    this.#retry = setTimeout(() => this.#follow(), this.#backoff.next()).unref();
  }

  async #handOut(events: readonly RecordedEvent[], position: number): Promise<void> {
    const touched = new Set<Tap>();
    try {
      for (const event of events) {
        const messages = mapped(this, event);
        this.#handOutAll(messages instanceof Error ? [] : messages, event.position, touched);
        if (messages instanceof Error) await this.setAside(event, messages);
        this.#handedOut = event.position;
      }
      this.#handedOut = Math.max(this.#handedOut, position);
      this.#backoff.reset();
    } finally {
      for (const tap of touched) tap.wake();
    }
  }

  #handOutAll(messages: readonly OutgoingMessage[], position: number, touched: Set<Tap>): void {
    for (let index = 0; index < messages.length; index++) {
      const message = messages[index]!;
      for (const tap of this.taps.match(message.subject)) {
        if (tap.offer(message, position, index)) touched.add(tap);
      }
      notify(this.listeners, message, this.onError);
    }
  }
}

const NO_HEADERS = Object.freeze({});

/** Notifies every listener; one that throws does not affect the others. */
export function notify(
  listeners: Listeners,
  message: Pick<OutgoingMessage, 'subject' | 'data' | 'headers'>,
  onError: (error: Error) => void,
): void {
  const { subject, data, headers = NO_HEADERS } = message;
  for (const listener of listeners.match(subject)) {
    try {
      listener({ subject, data, headers });
    } catch (error) {
      onError(toError(error));
    }
  }
}
