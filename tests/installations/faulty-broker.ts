import type { Broker, ConsumeHandler, ConsumeOptions, Delivery } from '@tidemark/messaging';

type Requested = (subject: string, data: Record<string, unknown>) => boolean;

/** A runner's view of the broker that can go silent, as when its host is cut off or its process is suspended. */
export class FaultyBroker {
  #silent = false;
  #silentWhen: Requested = () => false;
  #resume = Promise.withResolvers<void>();
  /** Ends of the requests that were made, in the order in which they ended. */
  readonly replies: { readonly subject: string; readonly error?: { readonly code?: string } }[] = [];

  /** From now on nothing is sent. */
  goSilent(): void {
    this.#silent = true;
  }

  /** Goes silent just before the first request of this kind. */
  goSilentBefore(when: Requested): void {
    this.#silentWhen = when;
  }

  /** Held messages are sent, late. */
  comeBack(): void {
    this.#silent = false;
    this.#silentWhen = () => false;
    this.#resume.resolve();
    this.#resume = Promise.withResolvers();
  }

  get isSilent(): boolean {
    return this.#silent;
  }

  readonly decorate = (broker: Broker): Broker => ({
    deadLetters: broker.deadLetters,
    publish: (message) => broker.publish(message),
    serve: (subject, handler) => broker.serve(subject, handler),
    listen: (subject, handler) => broker.listen(subject, (message) => void (this.#silent || handler(message as never))),
    consume: <T>(options: ConsumeOptions, handler: ConsumeHandler<T>) =>
      broker.consume<T>(options, (delivery) =>
        handler(copyOf(delivery, { extend: async () => void (this.#silent || (await delivery.extend())) })),
      ),
    relay: (options) => broker.relay(options),
    ping: () => broker.ping(),
    close: () => broker.close(),
    broadcast: (subject, data, headers) => void (this.#silent || broker.broadcast(subject, data, headers)),
    request: async <R>(subject: string, data: unknown, options?: object) => {
      if (this.#silentWhen(subject, data as Record<string, unknown>)) this.#silent = true;
      while (this.#silent) await this.#resume.promise;
      try {
        const reply = await broker.request<R>(subject, data, options);
        this.replies.push({ subject });
        return reply;
      } catch (error) {
        this.replies.push({ subject, error: error as { code?: string } });
        throw error;
      }
    },
  });
}

/** A delivery like another one: its fields may be getters, which a spread would not copy. */
export function copyOf<T>(delivery: Delivery<T>, changed: Partial<Delivery<T>> = {}): Delivery<T> {
  const { subject, id, data, headers, deliveryCount, deliverySequence, signal } = delivery;
  const extend = () => delivery.extend();
  return { subject, id, data, headers, deliveryCount, deliverySequence, signal, extend, ...changed };
}
