import type { RecordedEvent } from '@tidemark/event-store';
import { messageOf } from '@tidemark/foundation';
import type { Projection } from './port.js';

/** An event that a projection failed on, for one document or, without a key, for all that it touches. */
export interface SetAside {
  readonly event: Pick<RecordedEvent, 'stream' | 'revision' | 'type'>;
  readonly key?: string;
  readonly reason: string;
}

const MOST = 1_000;

/**
 * A projection that never throws: an event that it cannot fold is set aside for that document, which stays as it was,
 * and all else goes on. The failures are those of one generation.
 */
export class GuardedProjection {
  readonly projection: Projection;
  /** By event and document, the first 1,000. */
  readonly #setAside = new Map<string, SetAside>();

  constructor(
    projection: Projection,
    private readonly onSetAside: (setAside: SetAside) => void,
  ) {
    const guarded = <T>(event: object, otherwise: T, work: () => T, key?: string): T => {
      try {
        return work();
      } catch (error) {
        this.#keep(event as RecordedEvent, messageOf(error), key);
        return otherwise;
      }
    };
    this.projection = {
      ...projection,
      streams: projection.streams.map((stream) => ({
        ...stream,
        read: (recorded) => guarded(recorded, undefined, () => stream.read(recorded)),
      })),
      keys: (event) => guarded(event, [], () => projection.keys(event)),
      evolve: (document, event, key) => guarded(event, document, () => projection.evolve(document, event, key), key),
    };
  }

  get setAside(): readonly SetAside[] {
    return [...this.#setAside.values()];
  }

  /** After a repair by a generation that had no failures. */
  forget(): void {
    this.#setAside.clear();
  }

  #keep({ stream, revision, type }: RecordedEvent, reason: string, key?: string): void {
    const id = JSON.stringify([stream, revision, key]);
    if (this.#setAside.has(id) || this.#setAside.size >= MOST) return;
    const setAside = { event: { stream, revision, type }, reason, ...(key !== undefined && { key }) };
    this.#setAside.set(id, setAside);
    this.onSetAside(setAside);
  }
}
