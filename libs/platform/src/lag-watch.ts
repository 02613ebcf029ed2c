import type { EventStore } from '@tidemark/event-store';
import { Loop, sleep, withTimeout, type Conditions, type Daemon, type Severity } from '@tidemark/foundation';

/** Something that follows the log, such as a relay, a view, or a scheduler's state. */
export interface Follower {
  /** The condition's subject when it falls behind. */
  readonly subject: string;
  /** What the process is without it. */
  readonly severity: Severity;
  readonly categories: readonly string[];
  /** The log position up to which it has handled everything; undefined when that is not known at the moment. */
  position(): number | undefined | Promise<number | undefined>;
}

interface Mark {
  /** The end of the log at that time. */
  readonly head: number;
  readonly at: number;
}

export interface LagWatchOptions {
  readonly followers: readonly Follower[];
  readonly eventStore: EventStore;
  readonly conditions: Conditions;
  readonly onError: (error: Error) => void;
  /** Milliseconds after which a stored event that was not handled counts as missed. */
  readonly boundMs?: number;
}

const EVERY_MS = 2_000;
const POLL_MS = 50;
const LOOK_WITHIN_MS = 5_000;

/**
 * Notices a follower that has fallen behind or stands still, whatever the reason, and shows it until it has caught up.
 * Its start waits, as long as the bound, until those without which the process is unready have caught up.
 */
export class LagWatch implements Daemon {
  readonly #options: Required<LagWatchOptions>;
  readonly #loop: Loop;
  readonly #marks = new Map<Follower, Mark>();

  constructor(options: LagWatchOptions) {
    this.#options = { boundMs: 10_000, ...options };
    this.#loop = new Loop({ everyMs: EVERY_MS, tick: () => this.#checkAll(), onError: options.onError });
  }

  async start(): Promise<void> {
    const { followers, boundMs } = this.#options;
    const essential = followers.filter(({ severity }) => severity === 'unready');
    await Promise.all(essential.map((follower) => this.#firstCatchUp(follower, performance.now() + boundMs)));
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    for (const { subject } of this.#options.followers) this.#options.conditions.clear(subject);
  }

  async #firstCatchUp(follower: Follower, until: number): Promise<void> {
    const head = await this.#head();
    if (head === undefined) return;
    while (performance.now() < until && !this.#loop.signal.aborted) {
      const position = await follower.position();
      if (position !== undefined && (position >= head || !(await this.#hasMissed(follower, position, head)))) return;
      await sleep(POLL_MS);
    }
    this.#raise(follower);
  }

  async #checkAll(): Promise<void> {
    const head = await this.#head();
    if (head !== undefined) for (const follower of this.#options.followers) await this.#check(follower, head);
  }

  async #check(follower: Follower, head: number): Promise<void> {
    const position = await follower.position();
    if (position === undefined) return;
    const mark = this.#marks.get(follower) ?? { head, at: performance.now() };
    this.#marks.set(follower, mark);
    if (position < mark.head) {
      if (performance.now() - mark.at < this.#options.boundMs) return;
      if (await this.#hasMissed(follower, position, mark.head)) return this.#raise(follower);
    }
    this.#marks.set(follower, { head, at: performance.now() });
    this.#options.conditions.clear(follower.subject);
  }

  /** Whether there is an event for it: the positions between may all be those of others. */
  async #hasMissed({ categories }: Follower, after: number, upTo: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const subscription = this.#options.eventStore.subscribe(
      { categories, after, batchSize: 1, onCaughtUp: () => resolve(false) },
      ([first], position) => {
        if (first ? first.position <= upTo : position < upTo) return first && resolve(true);
        resolve(false);
      },
    );
    const found = await withTimeout(promise, LOOK_WITHIN_MS, () => false);
    await subscription.stop();
    return found;
  }

  #raise({ subject, severity }: Follower): void {
    this.#options.conditions.raise(subject, 'it has fallen behind the log, or stands still', severity);
  }

  /** Undefined while the store does not answer, which its own health shows. */
  #head(): Promise<number | undefined> {
    return this.#options.eventStore.head().catch(() => undefined);
  }
}
