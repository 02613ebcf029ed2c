import type { EventStore } from '@tidemark/event-store';
import type { Json } from '@tidemark/foundation';

/** The part of the SQLite event store that the embedded broker uses. */
export interface EmbeddedLog extends EventStore {
  /** Small values that become durable with a later commit: after a crash, an older value may return. */
  readonly checkpoints: {
    get(name: string): Json | undefined;
    set(name: string, value: Json): void;
  };
  /** Grows with each opening of the log. */
  readonly epoch: number;
}
