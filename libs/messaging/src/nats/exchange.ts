import {
  createInbox,
  ErrorCode,
  NatsError,
  type Msg,
  type MsgHdrs,
  type PublishOptions,
  type Subscription,
} from 'nats';
import { MessageTooLarge } from '../errors.js';
import { LOST, type Connection } from './connection.js';

interface Pending {
  readonly resolve: (message: Msg) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
  readonly survives: boolean;
}

/** No response in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The subject has no subscriber. */
export class NoSubscriber extends Error {
  override readonly name = 'NoSubscriber';
}

/** The connection was lost before the response arrived. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

export interface AskOptions {
  readonly headers?: MsgHdrs | undefined;
  readonly timeoutMs: number;
  /** Whether to keep waiting for the response when the connection is lost and returns. */
  readonly survives: boolean;
}

/**
 * Requests over one inbox of a connection. The client's own requests do not end when the connection is lost, and
 * cost several promises each.
 */
export class Exchange {
  readonly #inbox = createInbox();
  readonly #pending = new Map<string, Pending>();
  readonly #subscription: Subscription;
  #next = 0;

  constructor(private readonly connection: Connection) {
    this.#subscription = connection.nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, msg) => this.#answer(error, msg),
    });
    connection.whenDown(() => this.#lost());
  }

  /** @throws NoAnswer · NoSubscriber · ConnectionLost · the client's error for a bad message */
  ask(subject: string, payload: Uint8Array, options: AskOptions): Promise<Msg> {
    return new Promise((resolve, reject) => {
      const token = (this.#next++).toString(36);
      const { headers, timeoutMs, survives } = options;
      this.#send(subject, payload, { reply: `${this.#inbox}.${token}`, ...(headers ? { headers } : {}) });
      const timer = setTimeout(() => {
        this.#pending.delete(token);
        reject(new NoAnswer(`no response within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(token, { resolve, reject, timer, survives });
    });
  }

  /** A server may allow less than the port does. */
  #send(subject: string, payload: Uint8Array, options: PublishOptions): void {
    try {
      this.connection.nc.publish(subject, payload, options);
    } catch (error) {
      if (!(error instanceof NatsError) || error.code !== ErrorCode.MaxPayloadExceeded) throw error;
      throw new MessageTooLarge(`message for ${subject}: more than the NATS server allows`, { cause: error });
    }
  }

  close(): void {
    this.#subscription.unsubscribe();
    this.#lost(true);
  }

  #answer(error: NatsError | null, message: Msg): void {
    if (error) return;
    const token = message.subject.slice(this.#inbox.length + 1);
    const pending = this.#pending.get(token);
    if (!pending) return;
    this.#pending.delete(token);
    clearTimeout(pending.timer);
    if (message.data.length === 0 && message.headers?.code === 503)
      pending.reject(new NoSubscriber(ErrorCode.NoResponders));
    else pending.resolve(message);
  }

  #lost(closed = this.connection.nc.isClosed()): void {
    for (const [token, { reject, timer, survives }] of this.#pending) {
      if (survives && !closed) continue;
      this.#pending.delete(token);
      clearTimeout(timer);
      reject(new ConnectionLost(LOST));
    }
  }
}
