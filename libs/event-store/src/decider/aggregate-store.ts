import { BoundedCache, sleep, uuidv7 } from '@tidemark/foundation';
import { histogram } from '@tidemark/telemetry';
import { Conflict, OutcomeUnknown, Unreadable } from '../errors.js';
import type { AppendResult, EventMetadata, EventStore, NewEvent } from '../port.js';
import { fold, type Decider, type DomainEvent, type EventStreams } from './decider.js';
import { emptySnapshot, loadSnapshot, type LoadOptions, type Snapshot } from './snapshot.js';
import { Turns } from './turns.js';

const appendDuration = histogram(
  'tidemark_append_duration_seconds',
  'From the call of an append to its confirmed commit',
);

/** An append that has taken longer is not repeated: its caller must hear of the outage before it gives up itself. */
const REPEAT_FOR_MS = 2_500;

/** The actor and origin of a command: becomes the metadata of the events. */
export interface CommandContext extends EventMetadata {
  /** The caller believes that the stream does not exist yet: saves a read, and changes nothing when it does. */
  readonly isNew?: boolean;
}

export interface Handled<State, Event extends DomainEvent> extends Snapshot<State> {
  /** The events of this command, the last at `revision`. */
  readonly events: readonly (Event & NewEvent)[];
}

export interface AggregateStoreOptions<State, Event extends DomainEvent> extends Omit<
  LoadOptions<Event>,
  'atRevision'
> {
  /** Called with the id of an aggregate whose stored events cannot be folded. */
  readonly onUnreadable?: (id: string, error: Unreadable) => void;
  /** An aggregate in this state rarely gets more events: it is not kept in memory. */
  readonly isEnded?: (state: State) => boolean;
  /** Ids of events. Default: uuidv7. */
  readonly newId?: () => string;
  /** Aggregates kept in memory. Default 20,000. */
  readonly cached?: number;
  /** How often a command is decided again after conflicts before Conflict is thrown. Default 10. */
  readonly decideAgain?: number;
  /** Waits, in ms, before an append of unknown outcome is repeated. Default 50, 200, 1000. */
  readonly repeatAfter?: readonly number[];
}

/**
 * Runs commands against a decider's streams, each named by its id. Commands to one stream are serialised in this process; between
 * processes each append is made at the revision of its decision, and a conflict reads the new events and decides again.
 */
export class AggregateStore<State, Command, Event extends DomainEvent> {
  readonly #live: BoundedCache<Snapshot<State>>;
  readonly #turns = new Turns();
  readonly #newId: () => string;

  constructor(
    private readonly store: EventStore,
    private readonly streams: EventStreams<Event>,
    private readonly decider: Decider<State, Command, Event>,
    private readonly options: AggregateStoreOptions<State, Event> = {},
  ) {
    this.#live = new BoundedCache(options.cached ?? 20_000);
    this.#newId = options.newId ?? uuidv7;
  }

  /**
   * Decides the command and appends its events; an empty decision appends nothing and returns the current state.
   * @throws the errors of `decide` · Conflict (repeatedly) · OutcomeUnknown · StreamDeleted · TooLarge · Unavailable · Unreadable
   */
  async handle(id: string, command: Command, context: CommandContext = {}): Promise<Handled<State, Event>> {
    const stream = this.streams.of(id);
    const turn = this.#turns.take(stream);
    if (turn) await turn;
    try {
      return await this.#decideAndAppend(stream, command, context);
    } finally {
      this.#turns.leave(stream);
    }
  }

  /** The state as the store has it now, or as it was after a revision; revision -1 when the stream does not exist. */
  async load(id: string, { atRevision }: { readonly atRevision?: number } = {}): Promise<Snapshot<State>> {
    const stream = this.streams.of(id);
    // With the state in memory, only the events that other processes appended since are read.
    if (atRevision === undefined) return this.#refresh(stream, this.#live.get(stream));
    return this.#load(stream, { ...this.options, atRevision });
  }

  async #decideAndAppend(
    stream: string,
    command: Command,
    { isNew, ...metadata }: CommandContext,
  ): Promise<Handled<State, Event>> {
    const cached = this.#live.get(stream) ?? (isNew ? emptySnapshot(this.decider) : undefined);
    let current = cached ?? (await this.#refresh(stream));
    let fresh = cached === undefined;
    for (let again = this.options.decideAgain ?? 10; ;) {
      const decided = this.#decide(command, current.state, fresh);
      if (decided?.length === 0) return { ...current, events: [] };
      if (decided) {
        const events = decided.map((event) => ({ ...event, id: this.#newId(), metadata }));
        const result = await this.#append(stream, events, current.revision, --again < 0);
        if (result) return { ...this.#advance(stream, current, events, result), events };
      }
      current = await this.#refresh(stream, current);
      fresh = true;
    }
  }

  /**
   * Undefined when the state may be stale and gave no events: another process may have advanced it, and only an append
   * would have noticed.
   */
  #decide(command: Command, state: State, fresh: boolean): readonly Event[] | undefined {
    try {
      const events = this.decider.decide(command, state);
      return events.length > 0 || fresh ? events : undefined;
    } catch (error) {
      if (fresh) throw error;
      return undefined;
    }
  }

  /**
   * Appends, and repeats with the same ids while the outcome is unknown.
   * @returns undefined on a conflict, unless it is the last one allowed
   */
  async #append(
    stream: string,
    events: readonly NewEvent[],
    revision: number,
    last: boolean,
  ): Promise<AppendResult | undefined> {
    const expected = revision === -1 ? 'no_stream' : revision;
    const waits = (this.options.repeatAfter ?? [50, 200, 1_000]).values();
    const began = performance.now();
    for (;;) {
      try {
        return await timed(this.store.append(stream, events, expected));
      } catch (error) {
        if (error instanceof Conflict && !last) return undefined;
        const wait = error instanceof OutcomeUnknown ? waits.next().value : undefined;
        if (wait === undefined || performance.now() - began > REPEAT_FOR_MS) {
          this.#live.delete(stream);
          throw error;
        }
        await sleep(wait);
      }
    }
  }

  #advance(
    stream: string,
    current: Snapshot<State>,
    events: readonly Event[],
    { revision, position }: AppendResult,
  ): Snapshot<State> {
    const next = { state: fold(this.decider, events, current.state), revision, position };
    this.#keep(stream, next);
    return next;
  }

  /** Loads the stream, or only the events after the snapshot. */
  async #refresh(stream: string, since?: Snapshot<State>): Promise<Snapshot<State>> {
    const snapshot = await this.#load(stream, this.options, since);
    // The log was restored from an older copy.
    if (since && snapshot.revision < since.revision) this.#live.delete(stream);
    this.#keep(stream, snapshot);
    return snapshot;
  }

  async #load(stream: string, options: LoadOptions<Event>, since?: Snapshot<State>): Promise<Snapshot<State>> {
    try {
      return await loadSnapshot(this.store, this.streams, this.decider, stream, options, since);
    } catch (error) {
      if (error instanceof Unreadable) this.options.onUnreadable?.(this.streams.idOf(stream), error);
      throw error;
    }
  }

  #keep(stream: string, snapshot: Snapshot<State>): void {
    if (snapshot.revision === -1 || this.options.isEnded?.(snapshot.state)) this.#live.delete(stream);
    else if (snapshot.revision >= (this.#live.get(stream)?.revision ?? -1)) this.#live.set(stream, snapshot);
  }
}

async function timed<T>(append: Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await append;
  } finally {
    appendDuration.record((performance.now() - began) / 1000);
  }
}
