import type { Conditions } from '@tidemark/foundation';
import { bury } from '../dead-letter.js';
import { DeadLetterWatch } from '../dead-letter-watch.js';
import { assertName, consumePolicy, workTaken, type ConsumePolicy } from '../policy.js';
import type * as port from '../port.js';
import { eventLetter, retries, retryEvent } from '../relaying.js';
import { RunningSet } from '../running-set.js';
import { assertFilter, assertSubject, isStored, overlap, storageOf, SubjectIndex } from '../subjects.js';
import { Durable } from './durable.js';
import { EmbeddedDeadLetters } from './embedded-dead-letters.js';
import type { EmbeddedLog } from './embedded-log.js';
import { Feed, notify, type Listeners } from './feed.js';
import { PUBLISHED, Publications, publishedMessage, unavailable } from './publications.js';
import { Requests } from './requests.js';

export interface EmbeddedBrokerOptions {
  /** Receives errors without a caller: those of handlers and listeners. Default: ignored. */
  readonly onError?: (error: Error) => void;
  readonly conditions?: Conditions;
}

const SAVE_EVERY_MS = 100;
const EPOCH_SIZE = 2 ** 31;

/** Delivery numbers continue when a second broker is opened on a log of the same epoch. */
const sequences = new WeakMap<EmbeddedLog, { last: number }>();

/**
 * The broker of one process, on the log of the embedded event store. There is no queue: messages are derived from the
 * log, and only the log and each consumer's position in it survive a restart.
 *
 * Data is passed without a copy: it must be JSON, and receivers must not change it.
 */
export class EmbeddedBroker implements port.Broker {
  readonly deadLetters: EmbeddedDeadLetters;
  readonly #watch: DeadLetterWatch;
  readonly #onError: (error: Error) => void;
  readonly #listeners: Listeners = new SubjectIndex();
  readonly #requests: Requests;
  readonly #publications: Publications;
  readonly #feeds = new Map<string, Feed>();
  readonly #durables = new Map<string, Durable>();
  readonly #running = new RunningSet();
  readonly #saving: NodeJS.Timeout;
  readonly #started: Promise<void>;
  readonly #sequence: { last: number };
  #closed: Promise<void> | undefined;

  constructor(
    private readonly log: EmbeddedLog,
    options: EmbeddedBrokerOptions = {},
  ) {
    this.#onError = options.onError ?? (() => {});
    this.#requests = new Requests(this.#onError);
    this.#publications = new Publications(log);
    this.deadLetters = new EmbeddedDeadLetters(log);
    this.#watch = new DeadLetterWatch(this.deadLetters, options.conditions, this.#onError);
    const first = { last: log.epoch * EPOCH_SIZE };
    this.#sequence = sequences.get(log) ?? first;
    sequences.set(log, this.#sequence);
    this.#started = this.#feed(PUBLISHED, [PUBLISHED], publishedMessage, this.#onError).start();
    this.#started.then(() => this.#watch.start(), this.#onError);
    this.#saving = setInterval(() => this.#save(), SAVE_EVERY_MS).unref();
  }

  publish(message: port.OutgoingMessage): Promise<{ duplicate: boolean }> {
    return this.#publications.publish(message);
  }

  request<R = unknown>(subject: string, data: unknown, options: port.RequestOptions = {}): Promise<R> {
    return this.#requests.request<R>(subject, data, options);
  }

  async serve<T, R>(subject: string, handler: port.RequestHandler<T, R>): Promise<port.Running> {
    return this.#running.add(this.#requests.serve(subject, handler as port.RequestHandler));
  }

  broadcast(subject: string, data: unknown, headers: port.Headers = {}): void {
    assertSubject(subject);
    queueMicrotask(() => notify(this.#listeners, { subject, data, headers }, this.#onError));
  }

  async listen<T>(subject: string, handler: (message: port.Request<T>) => void): Promise<port.Running> {
    assertFilter(subject);
    await this.#started;
    const remove = this.#listeners.add(subject, handler as (message: port.Request) => void);
    return this.#running.add({ stop: async () => remove() });
  }

  /** Members of one durable in this process share its messages; they must agree on the subject. */
  async consume<T>(options: port.ConsumeOptions, handler: port.ConsumeHandler<T>): Promise<port.Running> {
    const policy = consumePolicy(options);
    const durable = this.#durable(policy);
    const member = durable.join(policy, handler as port.ConsumeHandler);
    return this.#running.add({
      stop: async (deadlineMs) => {
        await member.stop(deadlineMs);
        if (!durable.isIdle || this.#durables.get(durable.name) !== durable) return;
        this.#durables.delete(durable.name);
        await durable.close();
      },
    });
  }

  /** The source must be the broker's own log: a message's position is its event's position there. */
  async relay(options: port.RelayOptions): Promise<port.Relaying> {
    const { name, source, categories, map, onError = this.#onError } = options;
    if (source !== this.log) throw new TypeError('source: the embedded broker relays its own log only');
    assertName('name', name);
    const feed = this.#feed(name, categories, map, onError);
    await feed.start();
    const retrying = await this.consume(
      retries(options),
      retryEvent(options, (message) => this.#emit(message)),
    );
    let stopped: Promise<void> | undefined;
    const stop = async (deadlineMs?: number) => {
      await retrying.stop(deadlineMs);
      await feed.stop();
    };
    return this.#running.addRelay({
      stop: (deadlineMs) => (stopped ??= stop(deadlineMs)),
      get position() {
        return feed.position;
      },
    });
  }

  async ping(): Promise<void> {
    try {
      await this.log.ping();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** The log stays open. */
  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #end(): Promise<void> {
    await this.#running.stop();
    await this.#started.catch(() => {});
    await this.#feeds.get(PUBLISHED)?.stop();
    clearInterval(this.#saving);
    this.#watch.stop();
  }

  async #emit(message: port.OutgoingMessage): Promise<void> {
    if (isStored(message.subject)) await this.publish(message);
    else this.broadcast(message.subject, message.data, message.headers);
  }

  async #bury(letter: port.OutgoingMessage<port.DeadLetter>): Promise<void> {
    if (await this.deadLetters.has(letter.id)) return;
    await bury((message, limit) => this.#publications.publish(message, limit), letter);
    this.#watch.filed(letter.data);
  }

  #save(): void {
    for (const durable of this.#durables.values()) durable.save();
  }

  #feed(name: string, categories: readonly string[], map: port.EventMapping, onError: (error: Error) => void): Feed {
    const known = this.#feeds.get(name);
    if (known) return known;
    const setAside: Feed['setAside'] = (event, { message }) => this.#bury(eventLetter(name, event, message));
    const feed = new Feed(name, categories, map, this.log, this.#listeners, setAside, onError);
    this.#feeds.set(name, feed);
    for (const durable of this.#durables.values()) durable.attach(feed);
    return feed;
  }

  #durable(policy: ConsumePolicy): Durable {
    const { durable: name, subject } = policy;
    const known = this.#durables.get(name);
    if (known?.subject === subject) return known;
    if (known)
      throw new TypeError(`subject: durable ${name} consumes ${known.subject} in this process, not ${subject}`);
    if (storageOf(subject) === 'work') {
      for (const other of this.#durables.values()) if (overlap(other.subject, subject)) throw workTaken(policy);
    }
    const durable = new Durable(name, subject, policy.shareOf, this.log, {
      nextSequence: () => ++this.#sequence.last,
      bury: (letter) => this.#bury(letter),
      onError: this.#onError,
    });
    this.#durables.set(name, durable);
    for (const feed of this.#feeds.values()) durable.attach(feed);
    return durable;
  }
}
