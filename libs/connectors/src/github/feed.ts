import type { z } from 'zod';
import type { PartStep, ReadScope } from '@tidemark/connector-sdk';
import type { RepositoryClient } from './repository-client.js';

/** One kind of object, of one repository. */
export interface Feed<State> {
  readonly state: z.ZodType<State>;
  /** From a state of a step before, or from the beginning; a state of a last step yields what changed since. */
  read(repository: RepositoryClient, state: State | undefined, scope: ReadScope): AsyncIterable<PartStep<State>>;
}

/** As GitHub writes times: whole seconds, UTC. */
export const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
