/** A fact, named in the past tense. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** A request to an aggregate. It carries all outside input of the decision: the time (`at`, milliseconds since the epoch), ids, randomness. */
export interface Command<Type extends string, Data = object> {
  readonly type: Type;
  readonly data: Data & { readonly at: number };
}

/** The streams of one kind of aggregate, and how this version of the program reads their stored events. */
export interface EventStreams<Event extends DomainEvent> {
  /** The part of their names before the first `-`. */
  readonly category: string;
  /** The name of the stream with this id. */
  of(id: string): string;
  /** The id in the name of one of these streams. */
  idOf(name: string): string;
  /** The stored event in its current shape; undefined when this version does not know it. Never throws. */
  read<Stored extends DomainEvent>(stored: Stored): (Event & Stored) | undefined;
  /** As `read`. @throws TypeError when this version knows the event, yet its data has not its shape */
  readChecked<Stored extends DomainEvent>(stored: Stored): (Event & Stored) | undefined;
}

/**
 * The rules of an aggregate as pure functions: the same arguments always give the same result.
 * Time, ids and randomness arrive in the command. States are not changed in place.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  /** The state before the first event. */
  initialState(): State;
  /** The state after one more event, which is always a known one (see EventStreams). Never throws. */
  evolve(state: State, event: Event): State;
  /** The events that the command causes, possibly none. Throws when the command is not legal. */
  decide(command: Command, state: State): readonly Event[];
}

/** The state after these events. */
export function fold<State, Event extends DomainEvent>(
  decider: Pick<Decider<State, never, Event>, 'initialState' | 'evolve'>,
  events: Iterable<Event>,
  state: State = decider.initialState(),
): State {
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
