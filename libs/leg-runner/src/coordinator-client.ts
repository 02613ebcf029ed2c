import { command, contextHeaders, isErrorCode, type CommandContext } from '@tidemark/contracts';
import { Backoff, sleep, type Clock } from '@tidemark/foundation';
import { RemoteError, type Broker } from '@tidemark/messaging';
import { currentTraceparent } from '@tidemark/telemetry';

const PAUSES = { first: 100, last: 2000 };

/** The coordinator's own refusal of a request, as opposed to its not responding. */
export function refusal(error: unknown): { code: string; reason?: string } | undefined {
  if (!(error instanceof RemoteError) || !isErrorCode(error.code)) return undefined;
  if (error.code === 'EVENT_STORE_UNAVAILABLE' || error.code === 'INTERNAL') return undefined;
  return { code: error.code, reason: (error.details as { reason?: string } | undefined)?.reason };
}

/** Requests to the coordinator. Each may be sent any number of times; a report is repeated until it is acknowledged. */
export class CoordinatorClient {
  constructor(
    private readonly broker: Broker,
    private readonly context: CommandContext,
    private readonly clock?: Clock,
  ) {}

  ask<R>(verb: string, data: object, timeoutMs?: number): Promise<R> {
    const traceparent = currentTraceparent() ?? this.context.traceparent;
    return this.broker.request<R>(command('job-coordinator', verb), data, {
      headers: contextHeaders({ ...this.context, traceparent }),
      repeatable: true,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  }

  /** @throws RemoteError when the coordinator refuses · the signal's reason when it is aborted */
  async report<R>(verb: string, data: object, signal: AbortSignal): Promise<R> {
    const backoff = new Backoff(PAUSES);
    for (;;) {
      try {
        return await this.ask<R>(verb, data);
      } catch (error) {
        if (refusal(error)) throw error;
        await sleep(backoff.next(), { signal, clock: this.clock });
      }
    }
  }
}
