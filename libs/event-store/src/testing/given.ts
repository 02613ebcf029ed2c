import { expect } from '@jest/globals';
import { fold, type Decider, type DomainEvent } from '../decider/decider.js';

/** What a decider makes of a command. */
export interface Outcome<Event> {
  /** It makes exactly these events happen. */
  then(...events: readonly Event[]): void;
  /** It changes nothing. */
  thenNothing(): void;
  /** It is refused with an error that has at least this; `thenRefused({ code: 'NOT_FOUND' })`. */
  thenRefused(error: object): void;
}

export interface Given<State, Command, Event> {
  readonly state: State;
  when(command: Command): Outcome<Event>;
}

/**
 * Tests a decider by what happened before, a command, and what happens then:
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
