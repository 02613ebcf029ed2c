import { Injectable } from '@nestjs/common';
import { command, contextHeaders, type CommandContext, type ServiceName } from '@tidemark/contracts';
import type { Broker, RequestOptions } from '@tidemark/messaging';
import { toTidemarkError } from './errors/to-error.js';
import { Ports } from './ports.js';

/** A service that restarts is back within this time. */
const PATIENCE_MS = 4500;

type AskOptions = Omit<RequestOptions, 'headers'>;

/** Sends requests to other services on a caller's behalf. */
@Injectable()
export class CommandClient {
  readonly #broker: Broker;

  constructor({ broker }: Ports) {
    this.#broker = broker;
  }

  /** A request for the caller's tenant. @throws TidemarkError of the service, or SERVICE_UNAVAILABLE */
  ask<R>(service: ServiceName, verb: string, context: CommandContext, data: object = {}, how?: AskOptions): Promise<R> {
    return this.request(service, verb, context, { ...data, tenant: context.tenant }, how);
  }

  /** A request without a tenant. @throws TidemarkError as above */
  async request<R>(
    service: ServiceName,
    verb: string,
    context: CommandContext,
    data: object,
    options: AskOptions = {},
  ): Promise<R> {
    try {
      return await this.#broker.request<R>(command(service, verb), data, {
        headers: contextHeaders(context),
        patienceMs: PATIENCE_MS,
        ...options,
      });
    } catch (error) {
      throw toTidemarkError(error);
    }
  }
}
