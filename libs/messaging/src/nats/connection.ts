import type { Socket } from 'node:net';
import { connect, DebugEvents, NatsError, type ConnectionOptions, type NatsConnection, type Subscription } from 'nats';
import { messageOf, sleep, toError, withTimeout } from '@tidemark/foundation';
import { BrokerUnavailable } from '../errors.js';
import { MAX_MESSAGE_BYTES } from '../policy.js';

const STATUS_WAIT_MS = 500;
/** A server that accepts but never responds must not hold up the next attempt. */
const DIAL_MS = 2_000;
export const LOST = 'the connection to NATS was lost';

/**
 * A connection that knows whether it is up. While it is down the client silently drops published messages, so
 * a caller that must not lose a message waits for `up()` first.
 */
export class Connection {
  #connected = true;
  #closing = false;
  #wake = Promise.withResolvers<void>();
  readonly #onDown = new Set<() => void>();
  readonly #onUp = new Set<() => void>();
  /** Resolves when the connection has ended permanently. */
  readonly closed: Promise<void>;

  private constructor(readonly nc: NatsConnection) {
    void this.#follow();
    this.closed = nc.closed().then(() => this.#ended());
  }

  /** @throws BrokerUnavailable when no server responds within `timeoutMs` */
  static async open(options: ConnectionOptions, timeoutMs: number): Promise<Connection> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        return new Connection(await connect({ timeout: DIAL_MS, noAsyncTraces: true, ...options }));
      } catch (error) {
        const passing = !(error instanceof NatsError) || !error.isAuthError();
        if (!passing || Date.now() >= deadline) throw unavailable(error);
        await sleep(STATUS_WAIT_MS);
      }
    }
  }

  get isUp(): boolean {
    return this.#connected;
  }

  /** The most bytes that a message may have: the port's limit, or the server's lower one. */
  limit(bytes = MAX_MESSAGE_BYTES): number {
    return Math.min(bytes, this.nc.info?.max_payload ?? bytes);
  }

  /** Called at every loss of the connection and every return; the returned functions remove the listener. */
  whenDown(listener: () => void): () => void {
    this.#onDown.add(listener);
    return () => this.#onDown.delete(listener);
  }

  whenUp(listener: () => void): () => void {
    this.#onUp.add(listener);
    return () => this.#onUp.delete(listener);
  }

  /** Resolves as soon as the connection is up. @throws BrokerUnavailable after `timeoutMs`, or when it was closed */
  async up(timeoutMs: number): Promise<void> {
    if (this.#connected) return;
    if (this.nc.isClosed()) throw new BrokerUnavailable('the connection to NATS is closed');
    await withTimeout(this.#wake.promise, timeoutMs, () => {
      throw new BrokerUnavailable(`NATS not reached within ${timeoutMs} ms`);
    });
  }

  /** Resolves when the server has received all sent messages; after a short time in any case, also when the server is silent. */
  async flush(): Promise<void> {
    if (this.#connected && !this.nc.isClosed()) await soon(this.nc.flush());
  }

  /**
   * Resolves when the server has received all sent messages. The client's own promise never settles once the connection
   * has ended.
   * @throws BrokerUnavailable when the connection is lost, or the server silent for `timeoutMs`
   */
  sent(timeoutMs: number): Promise<void> {
    return withTimeout(
      this.whileUp(() => this.nc.flush()),
      timeoutMs,
      () => {
        throw new BrokerUnavailable(`NATS did not confirm within ${timeoutMs} ms`);
      },
    );
  }

  /** Requests of the client, whose own promises outlast the connection. @throws BrokerUnavailable once it is lost */
  async whileUp<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#connected) throw new BrokerUnavailable(LOST);
    const { promise: lost, reject } = Promise.withResolvers<never>();
    const forget = this.whenDown(() => reject(new BrokerUnavailable(LOST)));
    try {
      return await Promise.race([work(), lost]);
    } finally {
      forget();
    }
  }

  /** Unsubscribes; messages that the server sent before are still delivered before the promise resolves. */
  async drain(subscription: Subscription): Promise<void> {
    if (this.#connected && !subscription.isClosed()) await soon(subscription.drain());
    subscription.unsubscribe();
  }

  /** Sends queued messages, then disconnects; a connection that is down is closed at once. */
  async close(): Promise<void> {
    if (this.#closing) return void (await this.closed);
    this.#closing = true;
    await this.flush();
    await this.nc.close();
    await this.closed;
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.nc.status()) {
      if (type === 'disconnect') this.#down();
      else if (type === 'reconnect') this.#reconnected();
      else if (type === DebugEvents.StaleConnection) dropSocket(this.nc);
    }
  }

  #down(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#wake = Promise.withResolvers();
    for (const listener of [...this.#onDown]) listener();
  }

  #ended(): void {
    this.#connected = false;
    this.#wake.promise.catch(() => {});
    this.#wake.reject(new BrokerUnavailable('the connection to NATS is closed'));
    for (const listener of [...this.#onDown]) listener();
  }

  #reconnected(): void {
    this.#connected = true;
    this.#wake.resolve();
    for (const listener of [...this.#onUp]) listener();
  }
}

const soon = (promise: Promise<void>): Promise<void> =>
  withTimeout(
    promise.catch(() => {}),
    STATUS_WAIT_MS,
    () => {},
  );

/** The client flushes a silent connection before it leaves it, and waits for ever when the system's buffers are full. */
function dropSocket(nc: NatsConnection): void {
  (nc as unknown as { protocol: { transport: { socket?: Socket } } }).protocol.transport.socket?.destroy();
}

/** An error of the client as one of the port; any other error unchanged. */
export function translate(thrown: unknown): Error {
  if (!(thrown instanceof NatsError)) return toError(thrown);
  if (!thrown.api_error) return unavailable(thrown);
  return new BrokerUnavailable(`NATS refuses: ${thrown.api_error.description}`, { cause: thrown });
}

export function unavailable(error: unknown): BrokerUnavailable {
  return new BrokerUnavailable(`NATS cannot be reached: ${messageOf(error)}`, { cause: error });
}
