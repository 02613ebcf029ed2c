import type { z } from 'zod';
import type { PartStep, ReadScope } from '@tidemark/connector-sdk';
import type { RepositoryClient } from './repository-client.js';

/** One kind of object in one repository. */
export interface Feed<State> {
  readonly state: z.ZodType<State>;
  /** Continues from an earlier step's state, or starts from the beginning; a last step's state yields later changes. */
  read(repository: RepositoryClient, state: State | undefined, scope: ReadScope): AsyncIterable<PartStep<State>>;
}

/** Times in GitHub's format: whole seconds, UTC. */
export const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
