import type { EventStore } from '@tidemark/event-store';
import type { Conditions, Daemon } from '@tidemark/foundation';
import type { Projection, ReadModel, Repair } from './port.js';
import { ProjectionRun } from './projection-run.js';
import type { RebuildResult } from './requests.js';

export interface ProjectorOptions {
  readonly eventStore: EventStore;
  readonly readModel: ReadModel;
  /** Each with a unique name. The document types may differ. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly projections: readonly Projection<any>[];
  /** Receives every failure; the projector itself retries. */
  readonly onError: (error: Error, projection: string) => void;
  /** Receives what is wrong with views: events set aside, documents repaired. */
  readonly conditions?: Conditions;
  /** Milliseconds between the checks of a view. Default a day. */
  readonly checkEveryMs?: number;
}

const DAY_MS = 86_400_000;

/**
 * Runs projections: follows the log from each view's own position, builds a view that is missing or of an older
 * version beside the live one and swaps it in, and rebuilds on demand.
 *
 * It never gives up: a store that is down is reported and retried after 0.1 to 5 s, and an event that a fold throws on
 * is set aside for its document. Several projectors may run the same projections at once. Once a day each view's documents
 * are compared with their events.
 */
export class Projector implements Daemon {
  readonly #runs: ReadonlyMap<string, ProjectionRun>;
  readonly #checkEveryMs: number;
  readonly #timers: NodeJS.Timeout[] = [];

  /** @throws TypeError when two projections have the same name */
  constructor({ projections, checkEveryMs = DAY_MS, ...options }: ProjectorOptions) {
    const runs = new Map<string, ProjectionRun>();
    for (const projection of projections) {
      if (runs.has(projection.name)) throw new TypeError(`two projections are named "${projection.name}"`);
      runs.set(projection.name, new ProjectionRun(projection, options));
    }
    this.#runs = runs;
    this.#checkEveryMs = checkEveryMs;
  }

  get names(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** Starts every projection and returns at once; a store that is down is waited for. */
  start(): void {
    if (this.#timers.length > 0) return;
    for (const run of this.#runs.values()) {
      run.start();
      this.#checkLater(run, this.#checkEveryMs * (0.5 + Math.random() / 2));
    }
  }

  /** Finishes the running batches and makes them durable. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
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

  /**
   * Compares every document of the view with its events, folded anew, and writes those again that differ. Takes as long
   * as a rebuild. Rejects only when the projector is stopped.
   */
  check(name: string): Promise<Repair> {
    return this.#run(name).check();
  }

  /** At different times for each view and process: a check costs as much as a rebuild. */
  #checkLater(run: ProjectionRun, ms: number): void {
    const next = () => this.#checkLater(run, this.#checkEveryMs);
    const check = () => void run.check().then(next, () => undefined);
    this.#timers.push(setTimeout(check, ms).unref());
  }

  #run(name: string): ProjectionRun {
    const run = this.#runs.get(name);
    if (!run) throw new RangeError(`no projection is named "${name}"; there are ${this.names.join(', ')}`);
    return run;
  }
}
