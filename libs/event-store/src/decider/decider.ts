/** What happened, in the past tense. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** What is to happen. It carries all that a decision needs from outside: the time (`at`, milliseconds since the epoch), ids, randomness. */
export interface Command<Type extends string, Data = object> {
  readonly type: Type;
  readonly data: Data & { readonly at: number };
}

/** The streams of one kind of aggregate, and what this version of the program makes of their stored events. */
export interface EventStreams<Event extends DomainEvent> {
  /** The part of their names before the first `-`. */
  readonly category: string;
  /** The name of the stream with this id. */
  of(id: string): string;
  /** The stored event in the shape of today; undefined when this version does not know it. Never throws. */
  read<Stored extends DomainEvent>(stored: Stored): (Event & Stored) | undefined;
}

/**
 * The rules of an aggregate as pure functions: the same arguments give the same answer, whenever and wherever.
 * Time, ids and randomness arrive in the command. States are not changed in place.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  /** The state before the first event. */
  initialState(): State;
  /** The state after one more event, which is always a known one (see EventStreams). Never throws. */
  evolve(state: State, event: Event): State;
  /** What the command makes happen; nothing at all is an answer. Throws when the command is not legal. */
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
