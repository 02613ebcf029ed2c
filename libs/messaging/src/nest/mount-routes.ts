import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Broker } from '../port.js';
import { BrokerModule, type BrokerRoutes } from './broker-module.js';
import { BrokerServer } from './broker-server.js';

export interface MountOptions {
  readonly logger: LoggerService;
  /** Milliseconds that running handlers have to finish when the application is stopped; then they are aborted. */
  readonly drainMs: number;
}

/**
 * Starts a Nest application that answers and consumes these routes. Stopping it leaves the broker open.
 * @throws Error when two routes have one pattern · the broker's errors
 */
export async function mountRoutes(
  broker: Broker,
  routes: BrokerRoutes,
  { logger, drainMs }: MountOptions,
): Promise<{ stop(): Promise<void> }> {
  const strategy = new BrokerServer(broker, drainMs);
  const app = await NestFactory.createMicroservice(BrokerModule.of(routes), { strategy, logger, abortOnError: false });
  await app.listen();
  return { stop: () => app.close() };
}
