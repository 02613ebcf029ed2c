import { once } from 'node:events';
import {
  Metadata,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import type { CommandContext } from '@tidemark/contracts';
import type { Logger } from '@tidemark/platform';
import { inSpan } from '@tidemark/telemetry';
import type { Authenticator } from '../auth/authenticator.js';
import type { Caller } from '../auth/caller.js';
import { toTidemarkError } from '../errors/to-error.js';
import { assertScope, contextOfCall, requestIdOf } from '../request-context.js';
import type { Codec } from './codec.js';
import type { EdgeLimits } from '../limits/edge-limits.js';
import { grpcError } from './grpc-error.js';
import { addressOf } from './guarded-handlers.js';
import type { StreamRpc, UnaryRpc } from './rpc.js';

/** A method as the proto describes it. */
export interface Method {
  /** `/tidemark.v1.JobService/GetJob` */
  readonly path: string;
  readonly requestType: string;
  readonly responseType: string;
}

type Call = ServerUnaryCall<object, object> | ServerWritableStream<object, object>;

/** Wraps a method in what all calls have in common: key, scope, span, request id, errors. */
export class Calls {
  readonly #codec: Codec;
  readonly #authenticator: Authenticator;
  readonly #limits: EdgeLimits;
  readonly #logger: Logger;

  constructor(codec: Codec, authenticator: Authenticator, limits: EdgeLimits, logger: Logger) {
    this.#limits = limits;
    this.#codec = codec;
    this.#authenticator = authenticator;
    this.#logger = logger;
  }

  unary(method: Method, { scope, answer }: UnaryRpc): handleUnaryCall<object, object> {
    return (call, callback) => {
      const requestId = begin(call);
      this.#run(call, method, scope, requestId, async (context, caller) => {
        const end = this.#limits.requests.take(caller.keyId);
        try {
          const json = await answer(context, this.#codec.fromMessage(method.requestType, call.request), caller);
          return this.#codec.toMessage(method.responseType, json);
        } finally {
          end();
        }
      }).then(
        (message) => callback(null, message),
        (error: unknown) => callback(this.#failure(error, requestId)),
      );
    };
  }

  stream(method: Method, { scope, stream }: StreamRpc): handleServerStreamingCall<object, object> {
    return (call) => {
      const requestId = begin(call);
      const gone = new AbortController();
      call.on('cancelled', () => gone.abort());
      this.#run(call, method, scope, requestId, async (context, { keyId }) => {
        const request = this.#codec.fromMessage(method.requestType, call.request);
        const open = this.#limits.streams.open(keyId);
        const over = AbortSignal.any([gone.signal, open.signal]);
        try {
          for await (const json of stream(context, request, over)) {
            // Pages are fetched only as the client reads them.
            if (!call.write(this.#codec.toMessage(method.responseType, json)) && !over.aborted)
              await once(call, 'drain', { signal: over });
            if (over.aborted) break;
          }
          open.signal.throwIfAborted();
        } catch (error) {
          open.signal.throwIfAborted();
          throw error;
        } finally {
          open.close();
        }
      }).then(
        () => call.end(),
        (error: unknown) => gone.signal.aborted || call.emit('error', this.#failure(error, requestId)),
      );
    };
  }

  async #run<T>(
    call: Call,
    { path }: Method,
    scope: UnaryRpc['scope'],
    requestId: string,
    work: (context: CommandContext, caller: Caller) => Promise<T>,
  ): Promise<T> {
    const [traceparent] = call.metadata.get('traceparent');
    const attributes = { 'rpc.system': 'grpc', 'rpc.method': path.slice(1), 'tidemark.request_id': requestId };
    const parent = typeof traceparent === 'string' ? traceparent : undefined;
    return inSpan(path.slice(1), { kind: 'SERVER', parent, attributes }, async () => {
      const [authorization] = call.metadata.get('authorization');
      const caller = await this.#authenticator.authenticate(authorization?.toString(), addressOf(call, this.#limits));
      assertScope(caller, scope);
      return work(contextOfCall(caller, requestId), caller);
    });
  }

  #failure(thrown: unknown, requestId: string) {
    const error = toTidemarkError(thrown);
    if (error.code === 'INTERNAL') {
      const cause = error.cause instanceof Error ? error.cause : error;
      this.#logger.error(new Error(`request ${requestId}: ${cause.message}`, { cause }));
    }
    return grpcError(error, requestId);
  }
}

/** Sends the request's id to the caller, also when the call fails. */
function begin(call: Call): string {
  const requestId = requestIdOf(call.metadata.get('x-request-id')[0]);
  const metadata = new Metadata();
  metadata.set('tidemark-request-id', requestId);
  call.sendMetadata(metadata);
  return requestId;
}
