import type { Broker, ConsumeHandler, ConsumeOptions, Delivery } from '@tidemark/messaging';
import { copyOf } from './faulty-broker.js';

/**
 * A worst-case broker: every consumed message is delivered twice at once, the second time to another consumer of the
 * same name where there is one, and every request is made twice. All deliveries and requests can be repeated once more,
 * late. Share one among all services.
 */
export class DuplicatingBroker {
  readonly #handlers = new Map<string, ConsumeHandler[]>();
  #late: (() => Promise<unknown>)[] = [];
  /** Deliveries and requests made beyond the real ones. */
  repeated = 0;

  readonly decorate = (broker: Broker): Broker => ({
    deadLetters: broker.deadLetters,
    publish: async (message) => {
      await broker.publish(message);
      return broker.publish(message);
    },
    serve: (subject, handler) => broker.serve(subject, handler),
    listen: (subject, handler) =>
      broker.listen(subject, (message) => {
        handler(message as never);
        handler(message as never);
      }),
    broadcast: (subject, data, headers) => {
      broker.broadcast(subject, data, headers);
      broker.broadcast(subject, data, headers);
    },
    consume: <T>(options: ConsumeOptions, handler: ConsumeHandler<T>) => {
      const members = this.#membersOf(options.durable);
      members.push(handler as ConsumeHandler);
      return broker.consume<T>(options, (delivery) => this.#twice(members, handler as ConsumeHandler, delivery));
    },
    relay: (options) => broker.relay(options),
    ping: () => broker.ping(),
    close: () => broker.close(),
    request: <R>(subject: string, data: unknown, options?: object) => {
      const ask = () => broker.request<R>(subject, data, options);
      this.#late.push(ask);
      this.repeated += 1;
      return lastOf([ask(), ask()]);
    },
  });

  /** Repeats, in order, all deliveries and requests so far. Refusals count as replies. */
  async repeatAll(): Promise<void> {
    const late = this.#late;
    this.#late = [];
    for (const again of late) {
      this.repeated += 1;
      await again().catch(() => undefined);
    }
  }

  #membersOf(durable: string): ConsumeHandler[] {
    let members = this.#handlers.get(durable);
    if (!members) this.#handlers.set(durable, (members = []));
    return members;
  }

  async #twice(members: readonly ConsumeHandler[], handler: ConsumeHandler, first: Delivery): Promise<void> {
    const other = members.find((member) => member !== handler) ?? handler;
    const again = (times: number) =>
      copyOf(first, {
        deliveryCount: first.deliveryCount + times,
        // Later than the first, and before whatever comes next.
        deliverySequence: first.deliverySequence + times / 4,
      });
    this.#late.push(async () => other(again(2)));
    this.repeated += 1;
    const [ended] = await Promise.allSettled([handler(first), other(again(1))]);
    if (ended.status === 'rejected') throw ended.reason;
  }
}

/** The outcome of the one that ends last. */
function lastOf<R>(requests: readonly Promise<R>[]): Promise<R> {
  return new Promise((resolve, reject) => {
    let left = requests.length;
    for (const one of requests)
      one.then(
        (reply) => --left === 0 && resolve(reply),
        (error: unknown) => --left === 0 && reject(error as Error),
      );
  });
}
