import { unlessAborted } from '@tidemark/foundation';
import type { Msg } from 'nats';
import type { Request, RequestHandler } from '../port.js';
import { errorReply, isSurprise, type ErrorReply } from '../remote.js';
import type { Work } from '../work.js';
import { translate, type Connection } from './connection.js';
import { decodeData, decodeHeaders, encodeData, encodeHeaders, type Namespace } from './wire.js';

/** Marks a reply as the error of a handler. */
export const ERROR_HEADER = 'tidemark-error';
const ERROR_HEADERS = encodeHeaders({ [ERROR_HEADER]: '1' });
/** How long a reply is held for a connection that is down. */
const REPLY_WITHIN_MS = 5_000;

/** A message as its receiver sees it. @throws SyntaxError when its data is not JSON */
export function incoming<T>(namespace: Namespace, message: Msg): Request<T> {
  return {
    subject: namespace.in(message.subject),
    data: decodeData(message.data) as T,
    headers: decodeHeaders(message),
  };
}

/** Runs the handlers of requests and sends their replies. */
export class Responder {
  constructor(
    private readonly connection: Connection,
    private readonly namespace: Namespace,
    private readonly onError: (error: Error) => void,
  ) {}

  async answer<T, R>(message: Msg, handler: RequestHandler<T, R>, work: Work): Promise<void> {
    work.begin();
    try {
      const request = incoming<T>(this.namespace, message);
      const result = await unlessAborted(Promise.resolve(handler(request)), work.signal);
      await this.#canReply();
      this.#reply(message, result);
    } catch (error) {
      if (isSurprise(error)) this.onError(translate(error));
      await this.#canReply();
      this.#refuse(message, errorReply(error));
    } finally {
      work.end();
    }
  }

  /** While the connection is down the client drops replies; the caller may be waiting on another one. */
  async #canReply(): Promise<void> {
    if (!this.connection.isUp) await this.connection.up(REPLY_WITHIN_MS).catch(() => {});
  }

  #reply(message: Msg, result: unknown): void {
    const payload = encodeData(result);
    const limit = this.connection.limit();
    if (payload.length > limit) {
      const text = `the reply to ${this.namespace.in(message.subject)} has ${payload.length} bytes`;
      return this.#refuse(message, { code: 'MESSAGE_TOO_LARGE', message: `${text}, at most ${limit}` });
    }
    message.respond(payload);
  }

  #refuse(message: Msg, reply: ErrorReply): void {
    try {
      message.respond(encodeData(reply), { headers: ERROR_HEADERS! });
    } catch (error) {
      this.onError(translate(error)); // the caller runs into its deadline
    }
  }
}
