import type { Type } from '@nestjs/common';
import type { CommandContext } from '@tidemark/contracts';
import type { Scope } from '../../api-key/scope.js';
import type { Caller } from '../auth/caller.js';
import type { Fields } from './codec.js';

/** A call with one response; both in the JSON of the HTTP API. */
export interface UnaryRpc {
  readonly scope: Scope;
  readonly answer: (context: CommandContext, request: Fields, caller: Caller) => Promise<object>;
}

/** A call with a stream of responses. */
export interface StreamRpc {
  readonly scope: Scope;
  readonly stream: (context: CommandContext, request: Fields, signal: AbortSignal) => AsyncIterable<object>;
}

/** Methods by their names in the proto. */
export type Rpcs = { readonly [method: string]: UnaryRpc | StreamRpc };

/** Methods of one service in the proto. Several resources may share a service. */
export interface RpcGroup {
  /** Full name: `tidemark.v1.JobService` */
  readonly service: string;
  readonly methods: (app: { get<T>(type: Type<T>): T }) => Rpcs;
}

/** The methods of `service` that use the commands and queries of one class. */
export const rpcs = <T>(service: string, type: Type<T>, methods: (resource: T) => Rpcs): RpcGroup => ({
  service,
  methods: (app) => methods(app.get(type)),
});

export const unary = (scope: Scope, answer: UnaryRpc['answer']): UnaryRpc => ({ scope, answer });
export const stream = (scope: Scope, answers: StreamRpc['stream']): StreamRpc => ({ scope, stream: answers });
