import type { EventStore } from '@tidemark/event-store';
import { Loop, type Conditions } from '@tidemark/foundation';
import { Follower } from './follower.js';
import { GuardedProjection } from './guarded-projection.js';
import { GenerationDropped, type Generation, type Projection, type ReadModel, type Repair } from './port.js';
import { Requests, type RebuildResult } from './requests.js';
import { ViewHealth } from './view-health.js';
import { Waiters } from './waiters.js';

export interface ProjectionRunOptions {
  readonly eventStore: EventStore;
  readonly readModel: ReadModel;
  readonly conditions?: Conditions;
  readonly onError: (error: Error, projection: string) => void;
}

/**
 * Keeps one view up to date, in one loop:
 *
 * opening ── live generation of this version ──▶ following
 * opening ── none, or one of another version ──▶ building ── caught up, swapped in ──▶ following
 * following ── rebuild() ──▶ building, while the live one is followed too ── caught up, swapped in ──▶ following
 * following ── check() ──▶ building in the same way ── caught up, compared, dropped ──▶ opening
 * following ── generation dropped: another projector swapped its own in ──▶ opening
 * any ── an error ──▶ reported, backed off, opening (a live follower continues meanwhile)
 */
export class ProjectionRun {
  readonly #eventStore: EventStore;
  readonly #readModel: ReadModel;
  readonly #steps: Loop;
  readonly #waiters = new Waiters(() => this.position);
  readonly #requests = new Requests();
  readonly #health: ViewHealth;
  readonly #onError: (error: Error) => void;
  #guard: GuardedProjection;
  #live: Follower | undefined;
  #building: Follower | undefined;
  /** Another projector took the view while this one ran. */
  #displaced = false;

  constructor(
    private readonly projection: Projection,
    { eventStore, readModel, conditions, onError }: ProjectionRunOptions,
  ) {
    this.#eventStore = eventStore;
    this.#readModel = readModel;
    this.#health = new ViewHealth(projection.name, conditions);
    this.#guard = this.#newGuard();
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
    const stopped = this.#steps.stop();
    this.#requests.end(this.#stopped());
    await Promise.all([this.#building?.stop(), this.#live?.stop()]);
    await stopped;
    // The last step may have opened the view again.
    await this.#live?.stop();
    this.#waiters.fail(this.#stopped());
    await this.#live?.generation.flush().catch(this.#onError);
  }

  async caughtUp(position: number): Promise<void> {
    if (this.#steps.signal.aborted) throw this.#stopped();
    await this.#waiters.until(position);
  }

  /** Calls while a generation is being built share its result. */
  rebuild(): Promise<RebuildResult> {
    return this.#request(() => this.#requests.rebuild());
  }

  /** Calls while a check is running share its result. */
  check(): Promise<Repair> {
    return this.#request(() => this.#requests.check());
  }

  #request<T>(add: () => Promise<T>): Promise<T> {
    if (this.#steps.signal.aborted) return Promise.reject(this.#stopped());
    const result = add();
    this.start();
    return result;
  }

  async #step(): Promise<void> {
    this.#live ??= await this.#open();
    if (!this.#live || this.#requests.wants('rebuild')) return this.#rebuild();
    this.#waiters.reached(this.position);
    if (this.#requests.wants('check')) return this.#check();
    const outcome = await Promise.race([this.#live.ended, this.#requests.next()]);
    if (outcome === undefined) return;
    this.#displaced = outcome === 'dropped';
    this.#live = undefined;
  }

  /** The live generation, followed; undefined when one must be built. */
  async #open(): Promise<Follower | undefined> {
    const generation = await this.#readModel.live(this.#guard.projection);
    if (generation && (await this.#isOfThisLog(generation))) return this.#follow(generation);
    if (generation) return undefined;
    const version = (await this.#readModel.liveVersion(this.projection)) ?? 0;
    // While two releases run side by side, the older one must not take the view back from the newer.
    if (this.#displaced && version > this.projection.version && !this.#requests.wants('rebuild')) {
      throw new Error(`${this.projection.name}: version ${version} took over from version ${this.projection.version}`);
    }
    return undefined;
  }

  async #rebuild(): Promise<void> {
    const started = performance.now();
    const guard = this.#newGuard();
    const follower = await this.#build(guard, ({ generation }) =>
      this.#readModel.swap(this.projection, generation).then(() => {}),
    );
    this.#live = follower;
    this.#guard = guard;
    if (guard.setAside.length === 0) this.#health.foldsAll();
    this.#displaced = false;
    this.#waiters.reached(this.position);
    await this.#report(follower.events, started);
  }

  /** Compares the live view with a new generation, which also has events that an earlier release could not fold. */
  async #check(): Promise<void> {
    const guard = this.#newGuard();
    let repair: Repair | undefined;
    await this.#build(guard, async (follower) => {
      await follower.stop();
      repair = await this.#readModel.repair(this.#guard.projection, follower.generation);
    });
    this.#health.checked(repair!);
    if (guard.setAside.length === 0) {
      this.#guard.forget();
      this.#health.foldsAll();
    }
    this.#requests.answer('check', repair!);
  }

  /** Builds a generation beside the live one, which is paused in the end, and uses it. */
  async #build(guard: GuardedProjection, use: (follower: Follower) => Promise<void>): Promise<Follower> {
    const { epoch } = await this.#eventStore.history.mark();
    const generation = await this.#readModel.begin(guard.projection);
    await generation.adopt(epoch);
    const follower = (this.#building = this.#follow(generation));
    try {
      if (this.#steps.signal.aborted) throw this.#stopped();
      await follower.caughtUp;
      await this.#pass(follower);
      await use(follower);
    } catch (error) {
      await follower.stop();
      throw error;
    } finally {
      this.#building = undefined;
    }
    return follower;
  }

  /** Pauses the live view, so that the new one catches up and readers never see a view step back. */
  async #pass(follower: Follower): Promise<void> {
    const before = this.#live;
    this.#live = undefined;
    if (!before) return;
    await before.stop();
    await follower.reached(Math.min(before.position, await this.#eventStore.head()));
  }

  /** False when the log does not have all that the view reflects: it was restored from an older copy. */
  async #isOfThisLog(generation: Generation): Promise<boolean> {
    const { place } = generation;
    const { position, epoch } = await this.#eventStore.history.resume(place);
    if (position === place.position) {
      if (epoch !== place.epoch) await generation.adopt(epoch);
      return true;
    }
    const head = await this.#eventStore.head();
    const log = place.position > head ? `that ends at ${head}` : 'that was restored from an older copy';
    this.#onError(new Error(`${this.projection.name}: is at position ${place.position} of a log ${log}; rebuilding`));
    return false;
  }

  async #report(events: number, started: number): Promise<void> {
    const ms = performance.now() - started;
    if (!this.#requests.wants('rebuild')) return;
    const counting = this.#readModel.view(this.projection).count();
    const documents = await counting.catch(() => undefined);
    this.#requests.answer('rebuild', { events, documents, ms });
  }

  #follow(generation: Generation): Follower {
    const onBatch = (result: number | Error) => {
      this.#health.batch(typeof result === 'number' ? undefined : result);
      if (this.#live === follower && typeof result === 'number') this.#waiters.reached(result);
    };
    const follower: Follower = new Follower(this.#eventStore, this.projection, generation, this.#onError, onBatch);
    return follower;
  }

  #newGuard(): GuardedProjection {
    const guard: GuardedProjection = new GuardedProjection(this.projection, () =>
      this.#health.setAside(guard.setAside),
    );
    return guard;
  }

  #stopped(): Error {
    return new Error(`${this.projection.name}: the projector was stopped`);
  }
}
