import { Injectable } from '@nestjs/common';
import { command, contextHeaders, type CommandContext, type ServiceName } from '@tidemark/contracts';
import type { Broker } from '@tidemark/messaging';
import { toTidemarkError } from './errors/to-error.js';
import { Ports } from './ports.js';

/** Asks other services on a caller's behalf. */
@Injectable()
export class CommandClient {
  readonly #broker: Broker;

  constructor({ broker }: Ports) {
    this.#broker = broker;
  }

  /** Asks for the caller's tenant. @throws TidemarkError of the service that was asked, or SERVICE_UNAVAILABLE */
  ask<R>(
    service: ServiceName,
    verb: string,
    context: CommandContext,
    data: object = {},
    timeoutMs?: number,
  ): Promise<R> {
    return this.request(service, verb, context, { ...data, tenant: context.tenant }, timeoutMs);
  }

  /** Asks what is of no tenant. @throws TidemarkError as above */
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
