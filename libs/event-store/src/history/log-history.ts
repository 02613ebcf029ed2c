import { uuidv7 } from '@tidemark/foundation';
import { Conflict } from '../errors.js';
import type { EventStore, NewEvent } from '../port.js';
import { storedEvents } from '../stored-events.js';
import {
  commonWith,
  INSTALLATION_STREAM,
  isOver,
  knownHistory,
  withAnchor,
  type Anchor,
  type History,
  type KnownHistory,
  type LogMark,
  type Observation,
  type Place,
} from './epochs.js';

/**
 * Kept in a stream of the log itself. Any number of processes may find the same loss: the epoch is begun by one of them, and
 * the others accept it.
 */
export class LogHistory implements History {
  #known: KnownHistory | undefined;
  #anchors: readonly Anchor[] = [];

  constructor(private readonly store: Pick<EventStore, 'append' | 'read' | 'head' | 'eventAt'>) {}

  async installation(adopted?: string): Promise<string> {
    return (this.#known ??= await this.#load(adopted)).installation;
  }

  async mark(): Promise<LogMark> {
    this.#known ??= await this.#load();
    return { epoch: this.#known.epochs.at(-1)!.id, anchors: this.#anchors };
  }

  async compare({ epoch, anchors }: LogMark): Promise<Observation> {
    const known = (this.#known = await this.#load());
    const { epochs } = known;
    if (isOver(epochs, epoch)) return 'same';
    const common = await this.#newestIn(anchors);
    if (epoch !== epochs.at(-1)!.id || common !== anchors[0]) {
      this.#anchors = common ? anchors.slice(anchors.indexOf(common)) : [];
      await this.#begin(known, common?.position ?? -1, epoch);
      return 'replaced';
    }
    if ((common?.position ?? -1) > (this.#anchors[0]?.position ?? -1)) this.#anchors = anchors;
    return 'same';
  }

  async resume({ position, epoch, token }: Place): Promise<Place & { readonly epoch: string }> {
    let known = (this.#known = await this.#load());
    let common = Math.min(position, commonWith(known.epochs, epoch));
    // A position with a token lies between two events, and may be beyond the last one.
    if (token === undefined && common > (await this.store.head())) {
      // It may have grown since it was restored: only what is known to be the same counts.
      known = await this.#begin(known, (await this.#newestIn(this.#anchors))?.position ?? -1);
      common = Math.min(position, commonWith(known.epochs, epoch));
    }
    const current = known.epochs.at(-1)!.id;
    return { position: common, epoch: current, ...(token !== undefined && common === position && { token }) };
  }

  async observe(): Promise<Observation> {
    const before = this.#known;
    const now = (this.#known = await this.#load(before?.installation));
    if (before && now.epochs.at(-1)!.id !== before.epochs.at(-1)!.id) return this.#lost(before, now);
    const [newest] = this.#anchors;
    if (newest && (await this.#newestIn([newest])) === undefined) return this.#lost(now, now);
    const last = await this.store.eventAt('end');
    if (last && last.position !== newest?.position) this.#anchors = withAnchor(this.#anchors, last);
    return 'same';
  }

  async #lost(before: KnownHistory, now: KnownHistory): Promise<Observation> {
    const epoch = before.epochs.at(-1)!.id;
    const common = await this.#newestIn(this.#anchors);
    this.#anchors = common ? this.#anchors.slice(this.#anchors.indexOf(common)) : [];
    if (!isOver(now.epochs, epoch)) await this.#begin(now, common?.position ?? -1, epoch);
    return 'replaced';
  }

  /** The first of them that is still in the log. */
  async #newestIn(anchors: readonly Anchor[]): Promise<Anchor | undefined> {
    for (const anchor of anchors) if ((await this.store.eventAt(anchor.position))?.id === anchor.id) return anchor;
    return undefined;
  }

  /** @param known the history in which the loss was found */
  async #begin(known: KnownHistory, after: number, replaces = known.epochs.at(-1)!.id): Promise<KnownHistory> {
    const begun = event('EpochBegan', { id: uuidv7(), after, replaces });
    try {
      await this.store.append(INSTALLATION_STREAM, [begun], known.revision);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      // Another reader found the same: its epoch counts, unless it confirms what this one has found to be lost.
      const now = (this.#known = await this.#load());
      return commonWith(now.epochs, replaces) > after ? this.#begin(now, after, replaces) : now;
    }
    return (this.#known = await this.#load());
  }

  /** Of an emptied log: it stays the log of the installation that this process is of. */
  async #load(adopted = this.#known?.installation): Promise<KnownHistory> {
    for (;;) {
      const events = await Array.fromAsync(storedEvents(this.store, INSTALLATION_STREAM));
      const known = knownHistory(events);
      if (known) return known;
      const first = [
        event('InstallationCreated', { id: adopted ?? uuidv7() }),
        event('EpochBegan', { id: uuidv7(), after: -1 }),
      ];
      try {
        await this.store.append(INSTALLATION_STREAM, first, events.at(-1)?.revision ?? 'no_stream');
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
  }
}

const event = (type: string, data: object): NewEvent => ({ id: uuidv7(), type, data, metadata: {} });
