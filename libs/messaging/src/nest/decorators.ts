import { applyDecorators, UseFilters } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/internal';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { ConsumeOptions } from '../port.js';
import { BrokerErrorFilter } from './broker-error-filter.js';

/** Tells the broker's handlers from those of other transports in the same application. */
export const BROKER_TRANSPORT = Symbol('tidemark broker');

/** What a handler's decorator tells the server. */
export interface HandlerExtras {
  readonly consume?: ConsumeOptions;
}

/**
 * The method answers requests on a subject: `(data, context: BrokerContext<Request>) => reply`. An error's `code`
 * reaches the caller. As `@MessagePattern(subject)` under a BrokerErrorFilter, for the broker only.
 */
export function Serve(subject: string): MethodDecorator {
  return handler(MessagePattern(subject, BROKER_TRANSPORT));
}

/**
 * The method takes the messages of a durable consumer: `(data, context: BrokerContext<Delivery>) => void`. Returning
 * acknowledges; Retryable, Terminal and other errors mean what they mean in `Broker.consume`.
 */
export function Consume(options: ConsumeOptions): MethodDecorator {
  const extras: HandlerExtras = { consume: options };
  return handler(EventPattern(`consume:${options.durable}`, BROKER_TRANSPORT, extras) as MethodDecorator);
}

const filter = new BrokerErrorFilter();

function handler(pattern: MethodDecorator): MethodDecorator {
  return applyDecorators(pattern, UseFilters(filter), PayloadAndContext);
}

/** Nest passes the data alone unless parameters are decorated; ours take both, without more ado. */
const PayloadAndContext: MethodDecorator = (target, key) => {
  if (Reflect.hasMetadata(ROUTE_ARGS_METADATA, target.constructor, key)) return;
  Payload()(target, key, 0);
  Ctx()(target, key, 1);
};
