import { Inject, Injectable } from '@nestjs/common';
import { command, contextHeaders, type CommandContext, type Service } from '@tidemark/contracts';
import type { Broker } from '@tidemark/messaging';
import { toTidemarkError } from './errors/to-error.js';
import { ADAPTERS } from './tokens.js';

/** Asks other services on a caller's behalf. */
@Injectable()
export class CommandClient {
  readonly #broker: Broker;

  constructor(@Inject(ADAPTERS) { broker }: { broker: Broker }) {
    this.#broker = broker;
  }

  /** @throws TidemarkError of the service that was asked, or SERVICE_UNAVAILABLE */
  async ask<R>(
    service: Service,
    verb: string,
    context: CommandContext,
    data: object = {},
    timeoutMs = 5000,
  ): Promise<R> {
    const options = { headers: contextHeaders(context), timeoutMs };
    try {
      return await this.#broker.request<R>(command(service, verb), { ...data, tenant: context.tenant }, options);
    } catch (error) {
      throw toTidemarkError(error);
    }
  }
}
