/** What happened, in the past tense. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/**
 * The rules of an aggregate as pure functions: the same arguments give the same answer, whenever and wherever.
 * Time, ids and randomness arrive in the command. States are not changed in place.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  /** The state before the first event. */
  initialState(): State;
  /** The state after one more event. Never throws. */
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
