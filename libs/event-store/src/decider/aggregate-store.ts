import { setTimeout as sleep } from 'node:timers/promises';
import { histogram } from '@tidemark/telemetry';
import { BoundedCache } from '../bounded-cache.js';
import { Conflict, OutcomeUnknown } from '../errors.js';
import { eventIdOf, eventOrigin, originOf, uuidv7 } from '../ids.js';
import type { AppendResult, EventMetadata, EventStore, NewEvent } from '../port.js';
import type { Decider, DomainEvent } from './decider.js';
import {
  emptySnapshot,
  loadSnapshot,
  rememberOrigin,
  type LiveSnapshot,
  type LoadOptions,
  type Snapshot,
} from './snapshot.js';
import { Turns } from './turns.js';

const appendDuration = histogram(
  'tidemark_append_duration_seconds',
  'From the call of an append to the knowledge of its commit',
);

/** Who asks and why: becomes the metadata of the events. */
export interface CommandContext extends EventMetadata {
  /**
   * Names this command. When it is given again for the stream, the events of the first time are the answer and nothing
   * is decided: safe to repeat after any error, also after a restart.
   */
  readonly commandId?: string;
  /** The caller believes that the stream does not exist yet: saves a read, and changes nothing when it does. */
  readonly isNew?: boolean;
}

export interface Handled<State, Event extends DomainEvent> extends Snapshot<State> {
  /** What this command made happen, the last at `revision` unless `repeated`. */
  readonly events: readonly (Event & NewEvent)[];
  /** The command had been handled before: these are its events of then, state and revision are today's. */
  readonly repeated: boolean;
}

export interface AggregateStoreOptions<State, Event extends DomainEvent> extends Omit<
  LoadOptions<Event>,
  'atRevision'
> {
  /** An aggregate in this state gets no more events, as a rule: it is not kept in memory. */
  readonly isEnded?: (state: State) => boolean;
  /** Ids of events of commands without a `commandId`. Default: uuidv7. */
  readonly newId?: () => string;
  /** Aggregates kept in memory. Default 20,000. */
  readonly cached?: number;
  /** How often a command is decided again after conflicts before Conflict is thrown. Default 10. */
  readonly decideAgain?: number;
  /** Waits, in ms, before an append of unknown outcome is repeated. Default 50, 200, 1000. */
  readonly repeatAfter?: readonly number[];
}

/**
 * Runs commands against a decider's streams. Commands to one stream take turns in this process; against other
 * processes each append is made at the revision that was decided on, and a conflict reads what is new and decides again.
 */
export class AggregateStore<State, Command, Event extends DomainEvent> {
  private readonly live: BoundedCache<LiveSnapshot<State>>;
  private readonly turns = new Turns();
  private readonly newId: () => string;

  constructor(
    private readonly store: EventStore,
    private readonly decider: Decider<State, Command, Event>,
    private readonly options: AggregateStoreOptions<State, Event> = {},
  ) {
    this.live = new BoundedCache(options.cached ?? 20_000);
    this.newId = options.newId ?? uuidv7;
  }

  /**
   * Decides the command and appends its events; an empty decision appends nothing and answers the state as it is.
   * @throws what `decide` throws · Conflict (again and again) · OutcomeUnknown · StreamDeleted · TooLarge · Unavailable
   */
  async handle(stream: string, command: Command, context: CommandContext = {}): Promise<Handled<State, Event>> {
    const turn = this.turns.take(stream);
    if (turn) await turn;
    try {
      return await this.decideAndAppend(stream, command, context);
    } finally {
      this.turns.leave(stream);
    }
  }

  /** The state as the store has it now, or as it was after a revision; revision -1 when the stream does not exist. */
  async load(stream: string, { atRevision }: { readonly atRevision?: number } = {}): Promise<Snapshot<State>> {
    // What is in memory spares reading all but the events that other processes appended since.
    if (atRevision === undefined) return answer(await this.refresh(stream, this.live.get(stream)));
    return answer(await loadSnapshot(this.store, this.decider, stream, { ...this.options, atRevision }));
  }

  private async decideAndAppend(
    stream: string,
    command: Command,
    { commandId, isNew, ...metadata }: CommandContext,
  ): Promise<Handled<State, Event>> {
    const origin = commandId === undefined ? undefined : eventOrigin(commandId, 0);
    const cached = this.live.get(stream) ?? (isNew ? emptySnapshot(this.decider) : undefined);
    let current = cached ?? (await this.refresh(stream));
    let fresh = cached === undefined;
    for (let again = this.options.decideAgain ?? 10; ;) {
      const before = origin === undefined ? undefined : current.origins.get(origin);
      if (before !== undefined) return await this.repeated(stream, current, before, commandId!);
      const decided = this.decide(command, current.state, fresh);
      if (decided?.length === 0) return { ...answer(current), events: [], repeated: false };
      if (decided) {
        const events = this.identify(decided, commandId, origin, metadata);
        const result = await this.append(stream, events, current.revision, --again < 0);
        if (result) return { ...this.advance(stream, current, events, result), events, repeated: false };
      }
      current = await this.refresh(stream, current);
      fresh = true;
    }
  }

  /**
   * Undefined when the state may be old and gave no events: another process may have moved it, and only an append
   * would have noticed.
   */
  private decide(command: Command, state: State, fresh: boolean): readonly Event[] | undefined {
    try {
      const events = this.decider.decide(command, state);
      return events.length > 0 || fresh ? events : undefined;
    } catch (error) {
      if (fresh) throw error;
      return undefined;
    }
  }

  private identify(
    events: readonly Event[],
    commandId: string | undefined,
    origin: string | undefined,
    metadata: EventMetadata,
  ): readonly (Event & NewEvent)[] {
    return events.map((event, index) => {
      const from = index === 0 || commandId === undefined ? origin : eventOrigin(commandId, index);
      return { ...event, id: from === undefined ? this.newId() : eventIdOf(from), metadata };
    });
  }

  /**
   * Appends, and repeats with the same ids while the outcome is unknown.
   * @returns undefined on a conflict, unless it is the last one to be borne
   */
  private async append(
    stream: string,
    events: readonly NewEvent[],
    revision: number,
    last: boolean,
  ): Promise<AppendResult | undefined> {
    const expected = revision === -1 ? 'no_stream' : revision;
    const waits = (this.options.repeatAfter ?? [50, 200, 1_000]).values();
    for (;;) {
      try {
        return await timed(this.store.append(stream, events, expected));
      } catch (error) {
        if (error instanceof Conflict && !last) return undefined;
        const wait = error instanceof OutcomeUnknown ? waits.next().value : undefined;
        if (wait === undefined) {
          this.live.delete(stream);
          throw error;
        }
        await sleep(wait);
      }
    }
  }

  private advance(
    stream: string,
    current: LiveSnapshot<State>,
    events: readonly (Event & NewEvent)[],
    { revision, position }: AppendResult,
  ): Snapshot<State> {
    let { state } = current;
    const { origins } = current;
    for (const [index, event] of events.entries()) {
      state = this.decider.evolve(state, event);
      rememberOrigin(origins, event.id, revision - events.length + 1 + index);
    }
    const next = { state, revision, position, origins };
    this.keep(stream, next);
    return answer(next);
  }

  /** Loads the stream, or what it has more than the snapshot. */
  private async refresh(stream: string, since?: LiveSnapshot<State>): Promise<LiveSnapshot<State>> {
    const snapshot = await loadSnapshot(this.store, this.decider, stream, this.options, since);
    this.keep(stream, snapshot);
    return snapshot;
  }

  private keep(stream: string, snapshot: LiveSnapshot<State>): void {
    if (snapshot.revision === -1 || this.options.isEnded?.(snapshot.state)) this.live.delete(stream);
    else if (snapshot.revision >= (this.live.get(stream)?.revision ?? -1)) this.live.set(stream, snapshot);
  }

  private async repeated(
    stream: string,
    current: LiveSnapshot<State>,
    from: number,
    commandId: string,
  ): Promise<Handled<State, Event>> {
    const upcast = this.options.upcast ?? ((event) => event as unknown as Event);
    const events: (Event & NewEvent)[] = [];
    for await (const event of this.store.read(stream, { from })) {
      if (originOf(event.id) !== eventOrigin(commandId, events.length)) break;
      events.push({ ...upcast(event), id: event.id, metadata: event.metadata });
    }
    return { ...answer(current), events, repeated: true };
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

function answer<State>({ state, revision, position }: Snapshot<State>): Snapshot<State> {
  return { state, revision, position };
}
