import type { CommandContext } from '@tidemark/contracts';
import type { Scope } from '../../api-key/api-key.js';
import type { Fields } from './codec.js';

/** One call with one answer; both in the JSON of the HTTP API. */
export interface UnaryRpc {
  readonly scope: Scope;
  readonly answer: (context: CommandContext, request: Fields) => Promise<object>;
}

/** One call with a stream of answers. */
export interface StreamRpc {
  readonly scope: Scope;
  readonly stream: (context: CommandContext, request: Fields, signal: AbortSignal) => AsyncIterable<object>;
}

/** The methods of a service, by their names in the proto. */
export type Rpcs = { readonly [method: string]: UnaryRpc | StreamRpc };

export const unary = (scope: Scope, answer: UnaryRpc['answer']): UnaryRpc => ({ scope, answer });
export const stream = (scope: Scope, answers: StreamRpc['stream']): StreamRpc => ({ scope, stream: answers });
