import { NatsError, type ConnectionOptions, type JetStreamManager, type KV, type Msg } from 'nats';
import { sleep, type Conditions, type Json, type Labelled } from '@tidemark/foundation';
import { bury, MAX_DEAD_LETTER_BYTES } from '../dead-letter.js';
import { DeadLetterWatch } from '../dead-letter-watch.js';
import { BrokerUnavailable, DeadlineExceeded, NoResponder } from '../errors.js';
import { withPatience } from '../patience.js';
import { consumePolicy } from '../policy.js';
import type * as port from '../port.js';
import { retries, retryEvent } from '../relaying.js';
import { remoteError, type ErrorReply } from '../remote.js';
import { RunningSet } from '../running-set.js';
import { assertFilter, assertSubject, isStored } from '../subjects.js';
import { Work } from '../work.js';
import { translate, Connection, unavailable } from './connection.js';
import { NatsConsumer } from './consumer.js';
import type { DeliveryTools } from './delivery.js';
import { ConnectionLost, Exchange, NoSubscriber } from './exchange.js';
import { NatsDeadLetters } from './nats-dead-letters.js';
import { Publisher } from './publisher.js';
import { isFirstOf } from './redriven.js';
import { NatsRelay } from './relay.js';
import { ERROR_HEADER, incoming, Responder } from './responder.js';
import { streamOf, Topology, type StreamLimits } from './topology.js';
import { decodeData, encodeMessage, Namespace, optionsOf, type Encoded } from './wire.js';

export interface NatsBrokerOptions extends StreamLimits {
  /** First token of every subject on the server, and of the streams' names. Default `tidemark`. */
  readonly namespace?: string;
  /** Milliseconds to wait for the server at the start, and for a publish to be stored. Default 10,000. */
  readonly patienceMs?: number;
  /** Receives errors without a caller: those of handlers, of listeners, of the connection. Default: ignored. */
  readonly onError?: (error: Error) => void;
  readonly conditions?: Conditions;
}

const BURY_AGAIN_MS = 5_000;
const BURY_WITHIN_MS = 1_000;
/** A key of the relays' bucket; no relay has this name. */
const LABEL = 'installation';
const QUEUE_GROUP = 'tidemark';
const PATIENCE_MS = 10_000;
const PING_MS = 2_000;
/** A server that says nothing for two of these is gone. */
const HEARTBEAT_MS = 5_000;

/** The broker on NATS: requests and broadcasts over core NATS, stored messages over JetStream. */
export class NatsBroker implements port.Broker, Labelled {
  readonly deadLetters: NatsDeadLetters;
  readonly #watch: DeadLetterWatch;
  readonly #exchange: Exchange;
  readonly #responder: Responder;
  readonly #publisher: Publisher;
  readonly #tools: DeliveryTools;
  readonly #running = new RunningSet();
  #closed: Promise<void> | undefined;

  private constructor(
    private readonly dial: (options: ConnectionOptions, timeoutMs: number) => Promise<Connection>,
    private readonly connection: Connection,
    private readonly jsm: JetStreamManager,
    private readonly namespace: Namespace,
    private readonly topology: Topology,
    private readonly onError: (error: Error) => void,
    { patienceMs = PATIENCE_MS, conditions }: NatsBrokerOptions,
  ) {
    const ensure = () => topology.ensure();
    this.#exchange = new Exchange(connection);
    this.#responder = new Responder(connection, namespace, onError);
    this.#publisher = new Publisher(connection, this.#exchange, namespace, patienceMs, ensure);
    this.deadLetters = new NatsDeadLetters(jsm, namespace, (message) => this.publish(message));
    this.#watch = new DeadLetterWatch(this.deadLetters, conditions, onError);
    this.#watch.start();
    const bury = (letter: port.OutgoingMessage<port.DeadLetter>) => this.#bury(letter);
    const isFirst = (letter: string, place: number) =>
      this.#withBucket((bucket) => isFirstOf(bucket, `redriven.${letter}`, String(place)));
    this.#tools = { connection, namespace, bury, isFirst, ensure, conditions, onError };
  }

  /**
   * `urls`: `nats://[user:password@]host:port`.
   * @throws BrokerUnavailable when NATS with JetStream does not respond in time · Error when it refuses the streams
   *   · TypeError for a bad namespace
   */
  static async connect(urls: readonly string[], options: NatsBrokerOptions = {}): Promise<NatsBroker> {
    const { namespace = 'tidemark', patienceMs = PATIENCE_MS, onError = () => {}, conditions } = options;
    const names = new Namespace(namespace);
    const deadline = Date.now() + patienceMs;
    const forever = {
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 250,
      pingInterval: HEARTBEAT_MS,
    };
    const dial = (how: ConnectionOptions, timeoutMs: number) =>
      Connection.open({ ...server(urls), name: namespace, ...how }, timeoutMs);
    const connection = await dial(forever, patienceMs);
    for (;;) {
      try {
        const jsm = await connection.nc.jetstreamManager();
        const topology = new Topology(connection, jsm, names, options, conditions);
        await topology.ensure();
        warnOfSmallMessages(connection, conditions);
        return new NatsBroker(dial, connection, jsm, names, topology, onError, options);
      } catch (error) {
        const refusal = error instanceof NatsError ? error.api_error : undefined;
        if (refusal?.code !== 400 && Date.now() < deadline) {
          await sleep(250);
          continue;
        }
        await connection.close();
        if (!refusal) throw unavailable(error);
        const hint = 'TIDEMARK_NATS_REPLICAS, _STORAGE and _MAX_BYTES name what it is asked for';
        const text = `NATS refuses the streams of namespace ${namespace}: ${refusal.description} (${hint})`;
        throw new Error(text, { cause: error });
      }
    }
  }

  publish(message: port.OutgoingMessage): Promise<{ duplicate: boolean }> {
    return this.#publisher.publish(message);
  }

  async request<R = unknown>(subject: string, data: unknown, options: port.RequestOptions = {}): Promise<R> {
    assertSubject(subject);
    const encoded = encodeMessage(subject, data, options.headers, undefined, this.connection.limit());
    return withPatience(options, (timeoutMs) => this.#ask<R>(subject, encoded, timeoutMs, options.repeatable));
  }

  async #ask<R>(subject: string, encoded: Encoded, timeoutMs: number, repeatable = false): Promise<R> {
    const deadline = Date.now() + timeoutMs;
    let reply: Msg;
    try {
      if (!this.connection.isUp) await this.connection.up(timeoutMs);
      reply = await this.#exchange.ask(this.namespace.out(subject), encoded.payload, {
        headers: encoded.headers,
        timeoutMs: Math.max(1, deadline - Date.now()),
        survives: !repeatable,
      });
    } catch (error) {
      const left = deadline - Date.now();
      if (error instanceof ConnectionLost && left > 0 && !this.connection.nc.isClosed())
        return this.#ask(subject, encoded, left, repeatable);
      if (error instanceof BrokerUnavailable) throw error;
      if (error instanceof NoSubscriber) throw new NoResponder(`no responder for ${subject}`);
      if (this.connection.nc.isClosed()) throw unavailable(error);
      throw new DeadlineExceeded(`no reply from ${subject} within ${timeoutMs} ms`, { cause: error });
    }
    const body = decodeData(reply.data);
    if (reply.headers?.has(ERROR_HEADER)) throw remoteError(body as ErrorReply);
    return body as R;
  }

  async serve<T, R>(subject: string, handler: port.RequestHandler<T, R>): Promise<port.Running> {
    assertFilter(subject);
    const work = new Work();
    return this.#subscribe(
      subject,
      QUEUE_GROUP,
      work,
      (message) => void this.#responder.answer(message, handler, work),
    );
  }

  broadcast(subject: string, data: unknown, headers: port.Headers = {}): void {
    assertSubject(subject);
    const encoded = encodeMessage(subject, data, headers, undefined, this.connection.limit());
    try {
      this.connection.nc.publish(this.namespace.out(subject), encoded.payload, optionsOf(encoded));
    } catch (error) {
      this.onError(translate(error));
    }
  }

  async listen<T>(subject: string, handler: (message: port.Request<T>) => void): Promise<port.Running> {
    assertFilter(subject);
    return this.#subscribe(subject, undefined, new Work(), (message) => {
      try {
        handler(incoming<T>(this.namespace, message));
      } catch (error) {
        this.onError(translate(error));
      }
    });
  }

  async consume<T>(options: port.ConsumeOptions, handler: port.ConsumeHandler<T>): Promise<port.Running> {
    const policy = consumePolicy(options);
    const stream = streamOf(this.namespace, policy.subject);
    const take = handler as port.ConsumeHandler;
    const consumer = new NatsConsumer(this.connection, this.jsm, this.namespace, stream, policy, take, this.#tools);
    await consumer.start();
    return this.#running.add(consumer);
  }

  async relay(options: port.RelayOptions): Promise<port.Relaying> {
    const { namespace, topology } = this;
    const dial = () => this.dial({ reconnect: false, pingInterval: HEARTBEAT_MS }, PING_MS);
    const setAside = (letter: port.OutgoingMessage<port.DeadLetter>) => this.#setAside(letter);
    const { conditions } = this.#tools;
    const tools = { dial, namespace, topology, setAside, conditions, onError: options.onError ?? this.onError };
    const relay = new NatsRelay(options, tools);
    const retrying = await this.consume(
      retries(options),
      retryEvent(options, (message) => this.#emit(message)),
    );
    relay.start();
    const stop = async (deadlineMs?: number) =>
      void (await Promise.all([relay, retrying].map((one) => one.stop(deadlineMs))));
    return this.#running.addRelay({
      stop,
      get position() {
        return relay.position;
      },
    });
  }

  async label(): Promise<Json | undefined> {
    return this.#withBucket(async (bucket) => {
      const entry = await bucket.get(LABEL);
      return entry?.operation === 'PUT' ? entry.json<Json>() : undefined;
    });
  }

  async setLabel(label: Json): Promise<void> {
    await this.#withBucket((bucket) => bucket.put(LABEL, JSON.stringify(label)));
  }

  async #withBucket<T>(work: (bucket: KV) => Promise<T>): Promise<T> {
    try {
      await this.connection.up(PING_MS);
      return await work(await this.topology.bucket(this.connection.nc.jetstream()));
    } catch (error) {
      throw error instanceof BrokerUnavailable ? error : unavailable(error);
    }
  }

  async ping(): Promise<void> {
    try {
      await this.connection.up(PING_MS);
      const options = { timeoutMs: PING_MS, survives: false };
      await this.#exchange.ask('$JS.API.INFO', new Uint8Array(0), options);
    } catch (error) {
      throw error instanceof BrokerUnavailable ? error : unavailable(error);
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #end(): Promise<void> {
    await this.#running.stop();
    this.#watch.stop();
    await this.connection.close();
  }

  async #emit(message: port.OutgoingMessage): Promise<void> {
    if (isStored(message.subject)) await this.publish(message);
    else this.broadcast(message.subject, message.data, message.headers);
  }

  /** One attempt: who cannot file a letter keeps its message. */
  async #bury(letter: port.OutgoingMessage<port.DeadLetter>): Promise<void> {
    try {
      await bury((message, limit) => this.#publisher.publish(message, limit, BURY_WITHIN_MS), letter);
    } catch (error) {
      this.#watch.refused(error);
      throw error;
    }
    this.#watch.filed(letter.data);
  }

  /** An event stays in the log whatever becomes of its letter, so the relay does not wait for a second attempt. */
  async #setAside(letter: port.OutgoingMessage<port.DeadLetter>): Promise<void> {
    try {
      await this.#bury(letter);
    } catch (error) {
      this.onError(translate(error));
      if (!this.#closed) setTimeout(() => void this.#setAside(letter), BURY_AGAIN_MS).unref();
    }
  }

  async #subscribe(
    filter: string,
    queue: string | undefined,
    work: Work,
    take: (message: Msg) => void,
  ): Promise<port.Running> {
    const subscription = this.connection.nc.subscribe(this.namespace.out(filter), {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => (error ? this.onError(translate(error)) : take(message)),
    });
    await this.connection.flush();
    return this.#running.add({
      stop: async (deadlineMs = 5_000) => {
        await this.connection.drain(subscription);
        await work.drain(deadlineMs);
      },
    });
  }
}

function warnOfSmallMessages({ nc }: Connection, conditions: Conditions | undefined): void {
  const allowed = nc.info?.max_payload ?? MAX_DEAD_LETTER_BYTES;
  if (allowed >= MAX_DEAD_LETTER_BYTES) return conditions?.clear('broker');
  conditions?.raise('broker', `NATS refuses messages over ${allowed} bytes: set its max_payload to at least 1MB`);
}

/** The client accepts credentials only beside the address. */
function server(urls: readonly string[]): ConnectionOptions {
  const { username, password } = new URL(urls[0]!);
  const servers = urls.map((url) => new URL(url)).map(({ protocol, host }) => `${protocol}//${host}`);
  const user = decodeURIComponent(username);
  if (user === '') return { servers };
  return password === '' ? { servers, token: user } : { servers, user, pass: decodeURIComponent(password) };
}
