import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Broker, Delivery, Request, Running } from '../port.js';
import { BrokerContext } from './broker-context.js';
import { BROKER_TRANSPORT, type HandlerExtras } from './decorators.js';

const LAST_OR_NOTHING = { defaultValue: undefined };

/**
 * The broker as a transport of Nest: serves `@MessagePattern` and `@Serve`, runs `@Consume`. Closing it drains what it
 * started and leaves the broker open.
 */
export class BrokerServer extends Server implements CustomTransportStrategy {
  override readonly transportId = BROKER_TRANSPORT;
  override readonly propagatesEventHandlerErrors = true;
  private running: Running[] = [];

  constructor(private readonly broker: Broker) {
    super();
  }

  override addHandler(pattern: string, callback: MessageHandler, isEvent = false, extras: HandlerExtras = {}): void {
    if (isEvent && !extras.consume) throw new Error(`${pattern}: events are consumed with @Consume`);
    if (this.messageHandlers.has(this.normalizePattern(pattern))) throw new Error(`two handlers for ${pattern}`);
    super.addHandler(pattern, callback, isEvent, extras as Record<string, unknown>);
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(
      () => callback(),
      (error: unknown) => void this.close().finally(() => callback(error)),
    );
  }

  async close(): Promise<void> {
    const { running } = this;
    this.running = [];
    await Promise.all(running.map((one) => one.stop()));
  }

  on(): void {
    throw new Error('the broker has no events to listen to');
  }

  unwrap<T>(): T {
    return this.broker as T;
  }

  private async start(): Promise<void> {
    // Requests first: what consumers do may ask for them.
    const handlers = [...this.messageHandlers].sort(
      ([, a], [, b]) => Number(a.isEventHandler) - Number(b.isEventHandler),
    );
    for (const [pattern, handler] of handlers) this.running.push(await this.begin(pattern, handler));
  }

  private begin(pattern: string, handler: MessageHandler): Promise<Running> {
    const { consume } = (handler.extras ?? {}) as HandlerExtras;
    if (!consume) return this.broker.serve(pattern, (request) => handle(handler, request));
    return this.broker.consume(consume, (delivery) => handle(handler, delivery) as Promise<void>);
  }
}

async function handle(handler: MessageHandler, message: Request | Delivery): Promise<unknown> {
  const result: unknown = await handler(message.data, new BrokerContext(message));
  return isObservable(result) ? lastValueFrom(result, LAST_OR_NOTHING) : result;
}
