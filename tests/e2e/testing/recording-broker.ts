import type { Broker, Headers } from '@tidemark/messaging';

export interface Recorded {
  readonly subject: string;
  readonly data: unknown;
  readonly headers: Headers;
}

export interface RecordedRequest extends Recorded {
  readonly reply?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly details?: unknown };
}

/** The traffic of a broker, and its subscriptions. */
export class Recording {
  readonly requests: RecordedRequest[] = [];
  readonly published: Recorded[] = [];
  readonly broadcast: Recorded[] = [];
  readonly served = new Set<string>();
  readonly consumed = new Set<string>();

  /** The broker, recorded. */
  readonly decorate = (broker: Broker): Broker => ({
    deadLetters: broker.deadLetters,
    publish: (message) => broker.publish(message),
    request: async <R>(...[subject, data, options]: Parameters<Broker['request']>): Promise<R> => {
      const request = { subject, data, headers: options?.headers ?? {} };
      try {
        const reply = await broker.request<R>(subject, data, options);
        this.requests.push({ ...request, reply });
        return reply;
      } catch (error) {
        const { code, message, details } = error as NonNullable<RecordedRequest['error']>;
        this.requests.push({ ...request, error: { code, message, ...(details !== undefined && { details }) } });
        throw error;
      }
    },
    serve: (subject, handler) => {
      this.served.add(subject);
      return broker.serve(subject, handler);
    },
    broadcast: (subject, data, headers = {}) => {
      this.broadcast.push({ subject, data: JSON.parse(JSON.stringify(data)), headers });
      broker.broadcast(subject, data, headers);
    },
    listen: (subject, handler) => broker.listen(subject, handler),
    consume: (options, handler) => {
      this.consumed.add(options.subject);
      return broker.consume(options, handler);
    },
    relay: (options) =>
      broker.relay({
        ...options,
        map: (event) => {
          const messages = options.map(event);
          this.published.push(...messages.map(({ subject, data, headers = {} }) => ({ subject, data, headers })));
          return messages;
        },
      }),
    ping: () => broker.ping(),
    close: () => broker.close(),
  });
}
