import { Injectable } from '@nestjs/common';
import { command, contextHeaders, type CommandContext, type ServiceName } from '@tidemark/contracts';
import type { Broker } from '@tidemark/messaging';
import { toTidemarkError } from './errors/to-error.js';
import { Ports } from './ports.js';

/** Sends requests to other services on a caller's behalf. */
@Injectable()
export class CommandClient {
  readonly #broker: Broker;

  constructor({ broker }: Ports) {
    this.#broker = broker;
  }

  /** A request for the caller's tenant. @throws TidemarkError of the service, or SERVICE_UNAVAILABLE */
  ask<R>(
    service: ServiceName,
    verb: string,
    context: CommandContext,
    data: object = {},
    timeoutMs?: number,
  ): Promise<R> {
    return this.request(service, verb, context, { ...data, tenant: context.tenant }, timeoutMs);
  }

  /** A request without a tenant. @throws TidemarkError as above */
  async request<R>(
    service: ServiceName,
    verb: string,
    context: CommandContext,
    data: object,
    timeoutMs = 5000,
  ): Promise<R> {
    try {
      return await this.#broker.request<R>(command(service, verb), data, {
        headers: contextHeaders(context),
        timeoutMs,
      });
    } catch (error) {
      throw toTidemarkError(error);
    }
  }
}
