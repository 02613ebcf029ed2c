import type { EventStore } from '@tidemark/event-store';
import type { Daemon } from '@tidemark/foundation';
import type { Projection, ReadModel } from './port.js';
import { ProjectionRun, type RebuildResult } from './projection-run.js';

export interface ProjectorOptions {
  readonly eventStore: EventStore;
  readonly readModel: ReadModel;
  /** Each with a unique name. The document types may differ. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly projections: readonly Projection<any>[];
  /** Receives every failure; the projector itself retries. */
  readonly onError: (error: Error, projection: string) => void;
}

/**
 * Runs projections: follows the log from each view's own position, builds a view that is missing or of an older
 * version beside the live one and swaps it in, and rebuilds on demand.
 *
 * It never gives up: a store that is down, or a fold that throws, is reported and retried after 0.1 to 5 s, and
 * holds up no other projection. Several projectors may run the same projections at once.
 */
export class Projector implements Daemon {
  readonly #runs: ReadonlyMap<string, ProjectionRun>;

  /** @throws TypeError when two projections have the same name */
  constructor({ eventStore, readModel, projections, onError }: ProjectorOptions) {
    const runs = new Map<string, ProjectionRun>();
    for (const projection of projections) {
      if (runs.has(projection.name)) throw new TypeError(`two projections are named "${projection.name}"`);
      runs.set(projection.name, new ProjectionRun(eventStore, readModel, projection, onError));
    }
    this.#runs = runs;
  }

  get names(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** Starts every projection and returns at once; a store that is down is waited for. */
  start(): void {
    for (const run of this.#runs.values()) run.start();
  }

  /** Finishes the running batches and makes them durable. */
  async stop(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.stop()));
  }

  /** The log position that the view reflects, as known to this projector; -1 before it has one. */
  position(name: string): number {
    return this.#run(name).position;
  }

  /** Resolves when readers of the view see everything up to the position. Rejects when the projector is stopped. */
  caughtUp(name: string, position: number): Promise<void> {
    return this.#run(name).caughtUp(position);
  }

  /**
   * Rebuilds the view from the first event, beside the live one that readers keep using, and swaps it in.
   * Works without start() too, then for this projection alone. Rejects only when the projector is stopped.
   */
  rebuild(name: string): Promise<RebuildResult> {
    return this.#run(name).rebuild();
  }

  #run(name: string): ProjectionRun {
    const run = this.#runs.get(name);
    if (!run) throw new RangeError(`no projection is named "${name}"; there are ${this.names.join(', ')}`);
    return run;
  }
}
