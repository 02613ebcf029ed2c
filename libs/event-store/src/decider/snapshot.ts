import { StreamDeleted, StreamNotFound, Unreadable } from '../errors.js';
import type { EventStore, RecordedEvent } from '../port.js';
import type { Decider, DomainEvent, EventStreams } from './decider.js';

/** An aggregate as it was after `revision`. */
export interface Snapshot<State> {
  readonly state: State;
  /** Revision of the last event, known or not; -1 when the stream does not exist. */
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
  /** Whether the event alone contains the whole state: nothing before it is read. For streams without an end. */
  readonly isWhole?: ((event: Event) => boolean) | undefined;
}

/**
 * Reads and folds a stream, or only its events after `since`. An event that `streams` does not know advances the revision
 * and the position, and nothing else. A stream that was deleted is as if it had never been, and one that does not have the
 * last event of `since` at its place, because the log was restored from an older copy, is read as a whole.
 * @throws Unavailable · Unreadable
 */
export async function loadSnapshot<State, Event extends DomainEvent>(
  store: EventStore,
  streams: EventStreams<Event>,
  decider: Pick<Decider<State, never, Event>, 'initialState' | 'evolve'>,
  stream: string,
  options: LoadOptions<Event> = {},
  since: Snapshot<State> = emptySnapshot(decider),
): Promise<Snapshot<State>> {
  const after = (state: State, recorded: RecordedEvent): State => {
    try {
      const event = streams.readChecked(recorded);
      return event ? decider.evolve(state, event) : state;
    } catch (cause) {
      throw new Unreadable(stream, recorded, { cause });
    }
  };
  let snapshot = since;
  let isSameLog = since.revision === -1;
  try {
    for await (const recorded of eventsToFold(store, streams, stream, options, Math.max(0, since.revision))) {
      const { revision, position } = recorded;
      if (isSameLog) snapshot = { state: after(snapshot.state, recorded), revision, position };
      else if (revision === since.revision && position === since.position) isSameLog = true;
      else break;
    }
  } catch (error) {
    if (error instanceof StreamDeleted) return emptySnapshot(decider);
    if (!(error instanceof StreamNotFound)) throw error;
  }
  return isSameLog ? snapshot : loadSnapshot(store, streams, decider, stream, options);
}

/** Oldest first. */
async function* eventsToFold<Event extends DomainEvent>(
  store: EventStore,
  streams: EventStreams<Event>,
  stream: string,
  { atRevision, isWhole }: LoadOptions<Event>,
  from: number,
): AsyncIterable<RecordedEvent> {
  if (!isWhole || from > 0) {
    yield* store.read(stream, { from, ...(atRevision === undefined ? {} : { limit: atRevision + 1 - from }) });
    return;
  }
  const newestFirst: RecordedEvent[] = [];
  const last = atRevision === undefined ? {} : { from: atRevision };
  for await (const recorded of store.read(stream, { ...last, direction: 'backwards' })) {
    newestFirst.push(recorded);
    const event = streams.read(recorded);
    if (event && isWhole(event)) break;
  }
  yield* newestFirst.reverse();
}
