import type { z } from 'zod';
import type { ReadRequest, RecordProblem, SourceRecord } from '../sdk/source.js';
import type { RepositoryClient } from './repository-client.js';

/** What a read asks for; remembered by its cursors. */
export type Scope = Pick<ReadRequest, 'since' | 'window'>;

/** One page of one repository, and where it goes on. */
export interface Step<State> {
  readonly records: readonly SourceRecord[];
  readonly problems: readonly RecordProblem[];
  readonly state: State;
  /** Whether the repository has been read to its end. */
  readonly done: boolean;
}

/** One kind of object, of one repository. */
export interface Feed<State> {
  readonly state: z.ZodType<State>;
  /** From a state of a step before, or from the beginning; a state of a last step yields what changed since. */
  read(repository: RepositoryClient, state: State | undefined, scope: Scope): AsyncIterable<Step<State>>;
}

/** Whether a time falls into the window of a read, if it has one. The end is exclusive. */
export function isWithin({ window }: Scope, at: number): boolean {
  return !window || (at >= Date.parse(window.from) && at < Date.parse(window.to));
}

/** As GitHub writes times: whole seconds, UTC. */
export const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
