import { StreamNotFound } from '../errors.js';
import type { EventStore, RecordedEvent } from '../port.js';
import type { Decider, DomainEvent } from './decider.js';

/** An aggregate as it was after `revision`. */
export interface Snapshot<State> {
  readonly state: State;
  /** Revision of the last event folded; -1 when the stream does not exist. */
  readonly revision: number;
  /** Position of that event; -1 when the stream does not exist. */
  readonly position: number;
}

export function emptySnapshot<State>(decider: { initialState(): State }): Snapshot<State> {
  return { state: decider.initialState(), revision: -1, position: -1 };
}

export interface LoadOptions<Event extends DomainEvent> {
  /** Fold no event after this revision. */
  readonly atRevision?: number | undefined;
  /** Brings an event of an older shape to today's. */
  readonly upcast?: ((event: RecordedEvent) => Event) | undefined;
  /** The event alone tells the whole state: nothing before it is read. For streams without an end. */
  readonly isWhole?: ((event: Event) => boolean) | undefined;
}

/**
 * Reads and folds a stream, or what it has more than `since`.
 * @throws StreamDeleted · Unavailable
 */
export async function loadSnapshot<State, Event extends DomainEvent>(
  store: EventStore,
  decider: Decider<State, never, Event>,
  stream: string,
  options: LoadOptions<Event>,
  since: Snapshot<State> = emptySnapshot(decider),
): Promise<Snapshot<State>> {
  let snapshot = since;
  const upcast = options.upcast ?? ((event: RecordedEvent) => event as unknown as Event);
  try {
    for await (const recorded of eventsToFold(store, stream, options, upcast, since.revision + 1)) {
      const { revision, position } = recorded;
      snapshot = { state: decider.evolve(snapshot.state, upcast(recorded)), revision, position };
    }
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
  return snapshot;
}

/** Oldest first. */
async function* eventsToFold<Event extends DomainEvent>(
  store: EventStore,
  stream: string,
  { atRevision, isWhole }: LoadOptions<Event>,
  upcast: (event: RecordedEvent) => Event,
  from: number,
): AsyncIterable<RecordedEvent> {
  if (!isWhole || from > 0) {
    yield* store.read(stream, { from, ...(atRevision === undefined ? {} : { limit: atRevision + 1 - from }) });
    return;
  }
  const newestFirst: RecordedEvent[] = [];
  const last = atRevision === undefined ? {} : { from: atRevision };
  for await (const event of store.read(stream, { ...last, direction: 'backwards' })) {
    newestFirst.push(event);
    if (isWhole(upcast(event))) break;
  }
  yield* newestFirst.reverse();
}
