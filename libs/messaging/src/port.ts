import type { EventStore, RecordedEvent } from '@tidemark/event-store';

/** Header names are lower case. CloudEvents' binary mode: `ce-id`, `ce-type`, `ce-source`, `ce-time`; and `traceparent`. */
export type Headers = Readonly<Record<string, string>>;

/** A message to publish. `data` survives JSON. */
export interface OutgoingMessage<T = unknown> {
  /** `tidemark.…`; see the subjects in contracts. Tokens separated by dots, no wildcards. */
  readonly subject: string;
  /** The same id within two minutes is the same message: stored once. */
  readonly id: string;
  readonly data: T;
  readonly headers?: Headers;
}

/** A message as delivered to a consumer: at least once. */
export interface Delivery<T = unknown> {
  readonly subject: string;
  readonly id: string;
  readonly data: T;
  readonly headers: Headers;
  /** 1 for the first delivery of this message, then 2, … */
  readonly deliveryCount: number;
  /**
   * Grows with every delivery of the consumer, also across restarts. A higher number for the same message id means that
   * the broker took the message from its previous holder.
   */
  readonly deliverySequence: number;
  /** Aborted when the consumer must stop now (the drain deadline passed). */
  readonly signal: AbortSignal;
  /** Restarts the ack wait: the message stays with this handler. */
  extend(): Promise<void>;
}

/** Thrown by a handler: deliver again, not before `delayMs`. */
export class Retryable extends Error {
  override readonly name = 'Retryable';
  constructor(
    message: string,
    readonly delayMs: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Thrown by a handler: never deliver again, file a dead letter with the reason. */
export class Terminal extends Error {
  override readonly name = 'Terminal';
}

export interface ConsumeOptions {
  /** The consumer's name: consumers of one name share the messages, and a restarted one resumes where it stopped. */
  readonly durable: string;
  /** One subject filter; `*` matches one token, a final `>` the rest. */
  readonly subject: string;
  /** Milliseconds until an unacknowledged delivery goes to another consumer. Default 30,000. */
  readonly ackWaitMs?: number;
  /** Deliveries before a failing message becomes a dead letter; -1 for no end. Default 10. */
  readonly maxDeliver?: number;
  /** Delays in milliseconds before the second, third, … delivery after an unexpected error; the last repeats. Default 1 s, 5 s, 15 s. */
  readonly backoffMs?: readonly number[];
  /** Messages being handled at once in this process. Default 16. */
  readonly concurrency?: number;
  /**
   * Names whose work a message is, and makes them share the slots: work that hangs leaves slots for that of others.
   * Needs `maxDeliver: -1`, because a message beyond its share may be delivered many times.
   */
  readonly shareOf?: (data: unknown) => string;
}

/** Returning acknowledges. Throwing Retryable, Terminal or anything else: see those classes and ConsumeOptions. */
export type ConsumeHandler<T = unknown> = (delivery: Delivery<T>) => Promise<void> | void;

/** Something that was started and can be ended. */
export interface Running {
  /** Accepts nothing new and waits for running handlers (at most `deadlineMs`, default 5,000, then aborts them). */
  stop(deadlineMs?: number): Promise<void>;
}

/** A running relay. */
export interface Relaying extends Running {
  /** The log position up to which everything is published; -1 while that is not known. */
  readonly position: number;
}

/** The data of a dead letter; its subject is `tidemark.dead.<durable>.<tenant>`. */
export interface DeadLetter {
  readonly subject: string;
  readonly id: string;
  readonly data: unknown;
  readonly headers: Headers;
  readonly durable: string;
  readonly deliveryCount: number;
  readonly reason: string;
}

/** A dead letter that waits for an operator. */
export interface FiledLetter extends DeadLetter {
  /** Identifies it among those of the broker. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly filedAt: number;
}

/** The dead letters of a broker, oldest first. A letter whose message names no tenant belongs to the tenant `default`. */
export interface DeadLetters {
  /** `after`: the key of the last one of the page before. @throws BrokerUnavailable */
  list(tenant: string, page: { readonly after?: string; readonly limit: number }): Promise<readonly FiledLetter[]>;
  /** @throws BrokerUnavailable */
  find(tenant: string, key: string): Promise<FiledLetter | undefined>;
  /**
   * Stores its message again, and forgets the letter; repeated after a crash, the message is the same one.
   * False: there is no such letter (any more). @throws BrokerUnavailable
   */
  redrive(tenant: string, key: string): Promise<boolean>;
  /** Forgets it. False: there is no such letter (any more). @throws BrokerUnavailable */
  discard(tenant: string, key: string): Promise<boolean>;
  /** Of all tenants. @throws BrokerUnavailable */
  count(): Promise<number>;
}

export interface Request<T = unknown> {
  readonly subject: string;
  readonly data: T;
  readonly headers: Headers;
}

/** Its result (JSON) is the reply; an error with a string `code` reaches the caller as RemoteError with that code. */
export type RequestHandler<T = unknown, R = unknown> = (request: Request<T>) => Promise<R> | R;

export interface RequestOptions {
  readonly headers?: Headers;
  /** Milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
  /** Milliseconds, within the timeout, to wait for a server while there is none, as in a restart. Default 0. */
  readonly patienceMs?: number;
  /** True: may be answered twice, so it is repeated when a stopping server gives it up or the connection is lost. Default false. */
  readonly repeatable?: boolean;
}

/** Turns a stored event into the messages that follow from it; pure; ids must derive from the event. */
export type EventMapping = (event: RecordedEvent) => readonly OutgoingMessage[];

export interface RelayOptions {
  /** Letters, digits, - and _; names the relay's checkpoint. Relays of one name may run side by side. */
  readonly name: string;
  readonly source: EventStore;
  readonly categories: readonly string[];
  readonly map: EventMapping;
  readonly onError?: (error: Error) => void;
}

/**
 * The messaging port. Adapters: embedded (one process, on the log of the SQLite event store) and NATS JetStream.
 *
 * Errors: NoResponder, DeadlineExceeded, RemoteError, BrokerUnavailable, MessageTooLarge (errors.ts).
 */
export interface Broker {
  readonly deadLetters: DeadLetters;
  /** Stores a message for the durable consumers of its subject. Returns when it is durable. @throws BrokerUnavailable */
  publish(message: OutgoingMessage): Promise<{ duplicate: boolean }>;

  /** Sends a request to one of the servers of a subject. @throws NoResponder · DeadlineExceeded · RemoteError · BrokerUnavailable */
  request<R = unknown>(subject: string, data: unknown, options?: RequestOptions): Promise<R>;

  /** Answers requests; servers of one subject share them, across processes. */
  serve<T = unknown, R = unknown>(subject: string, handler: RequestHandler<T, R>): Promise<Running>;

  /** Notifies the current listeners, if any; nothing is stored. Never throws for a lost connection. */
  broadcast(subject: string, data: unknown, headers?: Headers): void;

  /** Receives broadcasts, and published and relayed messages, of a subject filter from now on: every listener gets each. May miss some. */
  listen<T = unknown>(subject: string, handler: (message: Request<T>) => void): Promise<Running>;

  /** Consumes stored messages, at least once each. */
  consume<T = unknown>(options: ConsumeOptions, handler: ConsumeHandler<T>): Promise<Running>;

  /**
   * Publishes the messages that `map` derives from every event of the source, in order: stored subjects at least once,
   * resuming after a restart; others are broadcast. An event that cannot be mapped or published becomes a dead letter.
   */
  relay(options: RelayOptions): Promise<Relaying>;

  /** Resolves when the broker responds. @throws BrokerUnavailable */
  ping(): Promise<void>;

  /** Stops everything started on it, then disconnects. */
  close(): Promise<void>;
}
