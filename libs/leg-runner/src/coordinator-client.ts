import { setTimeout as sleep } from 'node:timers/promises';
import { command, contextHeaders, isErrorCode, type CommandContext } from '@tidemark/contracts';
import { RemoteError, type Broker } from '@tidemark/messaging';
import { currentTraceparent } from '@tidemark/telemetry';

const AGAIN_AFTER_MS = [100, 500, 1000, 2000] as const;

/** The coordinator's own word on a request, as opposed to its not being there to answer. */
export function refusal(error: unknown): { code: string; reason?: string } | undefined {
  if (!(error instanceof RemoteError) || !isErrorCode(error.code)) return undefined;
  if (error.code === 'EVENT_STORE_UNAVAILABLE' || error.code === 'INTERNAL') return undefined;
  return { code: error.code, reason: (error.details as { reason?: string } | undefined)?.reason };
}

/** Asks the coordinator; a report is repeated until it is answered, since each may be given any number of times. */
export class CoordinatorClient {
  constructor(
    private readonly broker: Broker,
    private readonly context: CommandContext,
  ) {}

  ask<R>(verb: string, data: object): Promise<R> {
    const traceparent = currentTraceparent() ?? this.context.traceparent;
    return this.broker.request<R>(command('job-coordinator', verb), data, {
      headers: contextHeaders({ ...this.context, traceparent }),
    });
  }

  /** @throws RemoteError when the coordinator refuses · the signal's reason when it is aborted */
  async report<R>(verb: string, data: object, signal: AbortSignal): Promise<R> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.ask<R>(verb, data);
      } catch (error) {
        if (refusal(error)) throw error;
        await sleep(AGAIN_AFTER_MS[Math.min(tries, AGAIN_AFTER_MS.length - 1)], undefined, { signal });
      }
    }
  }
}
