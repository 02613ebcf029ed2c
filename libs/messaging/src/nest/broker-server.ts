import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Broker, Delivery, Request, Running } from '../port.js';
import { BrokerContext } from './broker-context.js';
import type { HandlerExtras } from './broker-module.js';

const LAST_OR_NOTHING = { defaultValue: undefined };

/**
 * The broker as a transport of Nest: serves `@MessagePattern`, and runs the consumers of `@EventPattern`s that name one in
 * their extras. Closing it drains what it started and leaves the broker open.
 */
export class BrokerServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  readonly #broker: Broker;
  readonly #drainMs: number;
  #running: Running[] = [];

  /** `drainMs`: the time that running handlers have to finish when it is closed. */
  constructor(broker: Broker, drainMs: number) {
    super();
    this.#broker = broker;
    this.#drainMs = drainMs;
  }

  override addHandler(pattern: string, callback: MessageHandler, isEvent = false, extras: HandlerExtras = {}): void {
    if (isEvent && !extras.consume) throw new Error(`${pattern}: an event needs the options of its consumer`);
    super.addHandler(pattern, callback, isEvent, extras as Record<string, unknown>);
  }

  listen(callback: (error?: unknown) => void): void {
    this.#start().then(
      () => callback(),
      (error: unknown) => void this.close().finally(() => callback(error)),
    );
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = [];
    await Promise.all(running.map((one) => one.stop(this.#drainMs)));
  }

  on(): void {
    throw new Error('the broker has no events to listen to');
  }

  unwrap<T>(): T {
    return this.#broker as T;
  }

  async #start(): Promise<void> {
    const handlers = [...this.messageHandlers];
    // Requests first: consumers may depend on them.
    await this.#startAll(handlers.filter(([, { isEventHandler }]) => !isEventHandler));
    await this.#startAll(handlers.filter(([, { isEventHandler }]) => isEventHandler));
  }

  /** Keeps the started ones when another fails to start, so that they are stopped. */
  async #startAll(handlers: readonly [string, MessageHandler][]): Promise<void> {
    const started = await Promise.allSettled(handlers.map((handler) => this.#begin(...handler)));
    for (const one of started) if (one.status === 'fulfilled') this.#running.push(one.value);
    for (const one of started) if (one.status === 'rejected') throw one.reason;
  }

  async #begin(pattern: string, handler: MessageHandler): Promise<Running> {
    const { consume } = (handler.extras ?? {}) as HandlerExtras;
    if (!consume) return this.#broker.serve(pattern, (request) => handle(handler, request));
    return this.#broker.consume(consume, (delivery) => handle(handler, delivery) as Promise<void>);
  }
}

async function handle(handler: MessageHandler, message: Request | Delivery): Promise<unknown> {
  const result: unknown = await handler(message.data, new BrokerContext(message));
  return isObservable(result) ? lastValueFrom(result, LAST_OR_NOTHING) : result;
}
