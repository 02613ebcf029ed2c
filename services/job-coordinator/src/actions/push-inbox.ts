import type { CommandContext, PushEvent } from '@tidemark/contracts';
import type { Clock } from '@tidemark/foundation';
import type { AggregateStore } from '@tidemark/event-store';
import type { PushCommand, PushedDelivery } from '../pushes/pushes.decide.js';
import type { Pushes } from '../pushes/pushes.js';

/** Deliveries that are recorded in one event. */
const MAX_TOGETHER = 500;

interface Arrival extends PushedDelivery {
  readonly context: CommandContext;
  readonly taken: PromiseWithResolvers<{ readonly duplicate: boolean }>;
}

/** Records pushes. Those of a connection that arrive while an append is under way are recorded together by the next. */
export class PushInbox {
  readonly #arrived = new Map<string, Arrival[]>();

  constructor(
    private readonly pushes: AggregateStore<Pushes, PushCommand, PushEvent>,
    private readonly time: Pick<Clock, 'now'>,
  ) {}

  /** Resolves when the push is durable. @throws TidemarkError QUEUE_FULL · errors of the event store */
  add(
    connectionId: string,
    context: CommandContext,
    delivery: PushedDelivery,
  ): Promise<{ readonly duplicate: boolean }> {
    const taken = Promise.withResolvers<{ readonly duplicate: boolean }>();
    const arrival = { ...delivery, context, taken };
    const waiting = this.#arrived.get(connectionId);
    if (waiting) waiting.push(arrival);
    else {
      this.#arrived.set(connectionId, [arrival]);
      void this.#record(connectionId);
    }
    return taken.promise;
  }

  async #record(connectionId: string): Promise<void> {
    const arrived = this.#arrived.get(connectionId)!;
    while (arrived.length > 0) {
      const together = arrived.splice(0, MAX_TOGETHER);
      try {
        await this.#recordTogether(connectionId, together);
      } catch (error) {
        for (const { taken } of together) taken.reject(error);
      }
    }
    this.#arrived.delete(connectionId);
  }

  async #recordTogether(connectionId: string, arrivals: readonly Arrival[]): Promise<void> {
    const { context } = arrivals[0]!;
    const deliveries = arrivals.map(({ digest, objects, records }) => ({
      digest,
      objects,
      ...(records && { records }),
    }));
    const data = { tenant: context.tenant, deliveries, at: this.time.now() };
    const { events } = await this.pushes.handle(connectionId, { type: 'RecordPushes', data }, context);
    const recorded = new Set(events.flatMap((event) => (event.type === 'ObjectsPushed' ? event.data.deliveries : [])));
    for (const { digest, taken } of arrivals) {
      // The first of two equal ones is the one that was recorded.
      const duplicate = digest !== null && !recorded.delete(digest);
      taken.resolve({ duplicate });
    }
  }
}
