import { expect } from '@jest/globals';
import { fold, type Decider, type DomainEvent } from '../decider/decider.js';

/** The expected outcome of a command. */
export interface Outcome<Event> {
  /** It causes exactly these events. */
  then(...events: readonly Event[]): void;
  /** It changes nothing. */
  thenNothing(): void;
  /** It is refused with an error that has at least these fields; `thenRefused({ code: 'NOT_FOUND' })`. */
  thenRefused(error: object): void;
}

export interface Given<State, Command, Event> {
  readonly state: State;
  when(command: Command): Outcome<Event>;
}

/**
 * Tests a decider by past events, a command, and the events that follow:
 * `given(accountDecider)(opened, deposited).when(close).then(closed)`.
 */
export const given =
  <State, Command, Event extends DomainEvent>(decider: Decider<State, Command, Event>) =>
  (...events: readonly Event[]): Given<State, Command, Event> => {
    const state = fold(decider, events);
    return {
      state,
      when: (command) => ({
        then: (...expected) => expect(decider.decide(command, state)).toEqual(expected),
        thenNothing: () => expect(decider.decide(command, state)).toEqual([]),
        thenRefused: (error) => expect(() => decider.decide(command, state)).toThrow(expect.objectContaining(error)),
      }),
    };
  };
