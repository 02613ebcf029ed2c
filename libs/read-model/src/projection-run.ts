import type { EventStore } from '@tidemark/event-store';
import { Loop } from '@tidemark/foundation';
import { Follower } from './follower.js';
import { GenerationDropped, type Generation, type Projection, type ReadModel } from './port.js';
import { Waiters } from './waiters.js';

export interface RebuildResult {
  /** Events read. */
  readonly events: number;
  /** Documents in the view now; absent when the store could not be read right after the swap. */
  readonly documents?: number;
  readonly ms: number;
}

/**
 * Keeps one view up to date, in one loop:
 *
 * opening ── live generation of this version ──▶ following
 * opening ── none, or one of another version ──▶ building ── caught up, swapped in ──▶ following
 * following ── rebuild() ──▶ building, while the live one is followed too ── caught up, swapped in ──▶ following
 * following ── generation dropped: another projector swapped its own in ──▶ opening
 * any ── an error ──▶ reported, backed off, opening (a live follower continues meanwhile)
 */
export class ProjectionRun {
  readonly #steps: Loop;
  readonly #waiters = new Waiters(() => this.position);
  readonly #onError: (error: Error) => void;
  #live: Follower | undefined;
  #building: Follower | undefined;
  #requested = Promise.withResolvers<void>();
  #rebuild: PromiseWithResolvers<RebuildResult> | undefined;
  /** Another projector took the view while this one ran. */
  #displaced = false;

  constructor(
    private readonly eventStore: EventStore,
    private readonly readModel: ReadModel,
    private readonly projection: Projection,
    onError: (error: Error, projection: string) => void,
  ) {
    this.#onError = (error) => onError(error, projection.name);
    this.#steps = new Loop({
      tick: () => this.#step(),
      onError: (error) => {
        // Another projector was faster: the next round opens what that one built.
        if (!(error instanceof GenerationDropped)) this.#onError(error);
      },
    });
  }

  /** The position of the view that this run keeps up to date; -1 before it has one. */
  get position(): number {
    return this.#live?.position ?? -1;
  }

  start(): void {
    this.#steps.start();
  }

  async stop(): Promise<void> {
    const live = this.#live;
    const stopped = this.#steps.stop();
    this.#requested.resolve();
    await Promise.all([this.#building?.stop(), live?.stop()]);
    await stopped;
    this.#waiters.fail(this.#stopped());
    this.#rebuild?.reject(this.#stopped());
    await live?.generation.flush().catch(this.#onError);
  }

  async caughtUp(position: number): Promise<void> {
    if (this.#steps.signal.aborted) throw this.#stopped();
    await this.#waiters.until(position);
  }

  /** Calls while a generation is being built share its result. */
  rebuild(): Promise<RebuildResult> {
    if (this.#steps.signal.aborted) return Promise.reject(this.#stopped());
    if (!this.#rebuild) {
      this.#rebuild = Promise.withResolvers();
      this.#rebuild.promise.catch(() => {}); // a caller who does not wait must not end the process
    }
    this.#requested.resolve();
    this.start();
    return this.#rebuild.promise;
  }

  async #step(): Promise<void> {
    this.#live ??= await this.#open();
    if (!this.#live || this.#rebuild) return this.#build();
    this.#waiters.reached(this.position);
    const outcome = await Promise.race([this.#live.ended, this.#requested.promise]);
    if (outcome === undefined) return;
    this.#displaced = outcome === 'dropped';
    this.#live = undefined;
  }

  /** The live generation, followed; undefined when one must be built. */
  async #open(): Promise<Follower | undefined> {
    const generation = await this.readModel.live(this.projection);
    if (generation && (await this.#isOfThisLog(generation))) return this.#follow(generation);
    if (generation) return undefined;
    const version = (await this.readModel.liveVersion(this.projection)) ?? 0;
    // While two releases run side by side, the older one must not take the view back from the newer.
    if (this.#displaced && version > this.projection.version && !this.#rebuild) {
      throw new Error(`${this.projection.name}: version ${version} took over from version ${this.projection.version}`);
    }
    return undefined;
  }

  async #build(): Promise<void> {
    const started = performance.now();
    const { epoch } = await this.eventStore.history.mark();
    const generation = await this.readModel.begin(this.projection);
    await generation.adopt(epoch);
    const follower = (this.#building = this.#follow(generation));
    try {
      if (this.#steps.signal.aborted) throw this.#stopped();
      await follower.caughtUp;
      await this.#pass(follower);
      await this.readModel.swap(this.projection, generation);
    } catch (error) {
      await follower.stop();
      throw error;
    } finally {
      this.#building = undefined;
    }
    this.#live = follower;
    this.#displaced = false;
    this.#waiters.reached(this.position);
    await this.#report(follower.events, started);
  }

  /** Pauses the live view, so that the new one catches up and readers never see a view step back. */
  async #pass(follower: Follower): Promise<void> {
    const before = this.#live;
    this.#live = undefined;
    if (!before) return;
    await before.stop();
    await follower.reached(Math.min(before.position, await this.eventStore.head()));
  }

  /** False when the log does not have all that the view reflects: it was restored from an older copy. */
  async #isOfThisLog(generation: Generation): Promise<boolean> {
    const { place } = generation;
    const { position, epoch } = await this.eventStore.history.resume(place);
    if (position === place.position) {
      if (epoch !== place.epoch) await generation.adopt(epoch);
      return true;
    }
    const head = await this.eventStore.head();
    const log = place.position > head ? `that ends at ${head}` : 'that was restored from an older copy';
    this.#onError(new Error(`${this.projection.name}: is at position ${place.position} of a log ${log}; rebuilding`));
    return false;
  }

  async #report(events: number, started: number): Promise<void> {
    const ms = performance.now() - started;
    const requested = this.#rebuild;
    this.#rebuild = undefined;
    this.#requested = Promise.withResolvers();
    const documents =
      requested &&
      (await this.readModel
        .view(this.projection)
        .count()
        .catch(() => undefined));
    requested?.resolve({ events, documents, ms });
  }

  #follow(generation: Generation): Follower {
    const follower = new Follower(this.eventStore, this.projection, generation, this.#onError, (position) => {
      if (this.#live === follower) this.#waiters.reached(position);
    });
    return follower;
  }

  #stopped(): Error {
    return new Error(`${this.projection.name}: the projector was stopped`);
  }
}
