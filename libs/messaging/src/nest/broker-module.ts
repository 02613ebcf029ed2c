import { Controller, Module, UseFilters, type DynamicModule } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern } from '@nestjs/microservices';
import type { ConsumeHandler, ConsumeOptions, Delivery, Request, RequestHandler } from '../port.js';
import type { BrokerContext } from './broker-context.js';
import { BrokerErrorFilter } from './broker-error-filter.js';

/** The requests that an application serves, and the messages it consumes. */
export interface BrokerRoutes {
  /** Served requests; see Broker.serve. */
  readonly serve?: readonly { readonly subject: string; readonly handler: RequestHandler<never> }[];
  /** Durable consumers; see Broker.consume. */
  readonly consume?: readonly { readonly options: ConsumeOptions; readonly handler: ConsumeHandler<never> }[];
}

/** The extras that BrokerServer reads from a handler besides its pattern. */
export interface HandlerExtras {
  readonly consume?: ConsumeOptions;
}

/** The one module of every application on a broker: a controller with a method for each route. */
@Module({})
export class BrokerModule {
  static of(routes: BrokerRoutes): DynamicModule {
    return { module: BrokerModule, controllers: [controllerOf(routes)] };
  }
}

/** A class with its decorators, as if it had been written by hand. */
function controllerOf({ serve = [], consume = [] }: BrokerRoutes) {
  class RoutesController {}
  Controller()(RoutesController);
  UseFilters(new BrokerErrorFilter())(RoutesController);
  const add = (pattern: string, decorator: MethodDecorator, handler: (message: never) => unknown) => {
    if (Object.hasOwn(RoutesController.prototype, pattern)) throw new Error(`two handlers for ${pattern}`);
    const value = (context: BrokerContext<Request & Delivery>) => handler(context.message as never);
    const descriptor = { value, configurable: true, enumerable: false, writable: true };
    Object.defineProperty(RoutesController.prototype, pattern, descriptor);
    Ctx()(RoutesController.prototype, pattern, 0);
    decorator(RoutesController.prototype, pattern, descriptor);
  };
  for (const { subject, handler } of serve) add(subject, MessagePattern(subject), handler);
  for (const { options, handler } of consume) {
    const pattern = `consume:${options.durable}`;
    const extras: HandlerExtras = { consume: options };
    add(pattern, EventPattern(pattern, extras as object) as MethodDecorator, handler);
  }
  return RoutesController;
}
