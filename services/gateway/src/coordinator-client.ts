import { Inject, Injectable } from '@nestjs/common';
import { command, contextHeaders, type CommandContext } from '@tidemark/contracts';
import type { Broker } from '@tidemark/messaging';
import { toTidemarkError } from './errors/to-error.js';
import { ADAPTERS } from './tokens.js';

/** Asks the job coordinator on a caller's behalf. */
@Injectable()
export class CoordinatorClient {
  readonly #broker: Broker;

  constructor(@Inject(ADAPTERS) { broker }: { broker: Broker }) {
    this.#broker = broker;
  }

  /** @throws TidemarkError of the coordinator, or SERVICE_UNAVAILABLE */
  async ask<R>(verb: string, context: CommandContext, data: object = {}, timeoutMs = 5000): Promise<R> {
    const options = { headers: contextHeaders(context), timeoutMs };
    try {
      return await this.#broker.request<R>(
        command('job-coordinator', verb),
        { ...data, tenant: context.tenant },
        options,
      );
    } catch (error) {
      throw toTidemarkError(error);
    }
  }
}
