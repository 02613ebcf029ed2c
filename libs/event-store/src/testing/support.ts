import { uuidv7 } from '@tidemark/foundation';
import type { EventStore, NewEvent, RecordedEvent, SubscribeOptions, Subscription } from '../port.js';
import { signal } from '@tidemark/test-kit';

/** `count` new events, numbered from `first` in their data. */
export function someEvents(count: number, first = 0): NewEvent[] {
  return Array.from({ length: count }, (_, index) => oneEvent({ n: first + index }));
}

export function oneEvent(data: unknown = {}, type = 'Happened'): NewEvent {
  return { id: uuidv7(), type, data, metadata: { tenant: 'acme' } };
}

export function newStream(category = 'job'): string {
  return `${category}-${uuidv7()}`;
}

export async function readAll(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  return Array.fromAsync(store.read(stream));
}

export function revisions(events: readonly RecordedEvent[]): number[] {
  return events.map((event) => event.revision);
}

export function ids(events: readonly NewEvent[]): string[] {
  return events.map((event) => event.id);
}

/** Subscribes and keeps what arrives; `onBatch` runs before, for batches that are not empty. */
export class Collector {
  readonly events: RecordedEvent[] = [];
  readonly batches: { size: number; position: number }[] = [];
  readonly errors: Error[] = [];
  readonly caughtUp: Promise<void>;
  timesCaughtUp = 0;
  readonly subscription: Subscription;
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  constructor(
    store: EventStore,
    options: Partial<SubscribeOptions> = {},
    onBatch: (events: readonly RecordedEvent[]) => Promise<void> | void = () => {},
  ) {
    const { promise, resolve } = signal();
    this.caughtUp = promise;
    this.subscription = store.subscribe(
      {
        after: -1,
        onCaughtUp: () => {
          this.timesCaughtUp++;
          resolve();
        },
        onError: (error) => this.errors.push(error),
        ...options,
      },
      async (events, position) => {
        if (events.length > 0) await onBatch(events);
        this.events.push(...events);
        this.batches.push({ size: events.length, position });
        for (const waiter of this.#waiting) if (this.events.length >= waiter.count) waiter.resolve();
      },
    );
  }

  /** Resolves when at least so many events have been handled. */
  count(count: number): Promise<void> {
    if (this.events.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  get ids(): string[] {
    return ids(this.events);
  }
}
