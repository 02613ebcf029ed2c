import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { TidemarkError, type CommandContext } from '@tidemark/contracts';
import { uuidv7 } from '@tidemark/foundation';
import { currentTraceparent } from '@tidemark/telemetry';
import type { FastifyRequest } from 'fastify';
import type { Scope } from '../api-key/scope.js';
import type { Caller } from './auth/caller.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for every route under /v1 before its body is read. */
    caller?: Caller;
  }
}

const requestIdPattern = /^[\w.:~-]{1,128}$/;

/** The id of a request: the caller's own when it is valid, else a new one. */
export const requestIdOf = (given: unknown): string =>
  typeof given === 'string' && requestIdPattern.test(given) ? given : uuidv7();

/** The context of the commands that a call leads to; to be created inside the call's span. */
export const contextOfCall = ({ tenant, keyId }: Caller, requestId: string): CommandContext => ({
  tenant,
  actor: `key:${keyId}`,
  correlationId: requestId,
  traceparent: currentTraceparent(),
});

/** @throws TidemarkError FORBIDDEN */
export function assertScope({ scopes }: Caller, scope: Scope): void {
  if (!scopes.includes(scope)) throw new TidemarkError('FORBIDDEN', `an API key with scope ${scope} is required`);
}

/** The CommandContext of an HTTP request, as a handler's parameter. */
export const Context = createParamDecorator((_: unknown, execution: ExecutionContext): CommandContext => {
  const request = execution.switchToHttp().getRequest<FastifyRequest>();
  return contextOfCall(callerOf(request), request.id);
});

/** The caller of an HTTP request, as a handler's parameter. */
export const CalledBy = createParamDecorator((_: unknown, execution: ExecutionContext): Caller =>
  callerOf(execution.switchToHttp().getRequest<FastifyRequest>()),
);

function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw new TidemarkError('UNAUTHENTICATED', 'an API key is required');
  return caller;
}
