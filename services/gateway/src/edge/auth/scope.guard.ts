import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { TidemarkError } from '@tidemark/contracts';
import type { FastifyRequest } from 'fastify';
import type { Scope } from '../../api-key/scope.js';
import { assertScope } from '../request-context.js';

const SCOPE = 'tidemark:scope';

/** The scope that the caller's key must have; `public` needs no key. */
export const RequireScope = (scope: Scope | 'public') => SetMetadata(SCOPE, scope);

/** Rejects every call without a scope that its handler or controller names: a forgotten `@RequireScope` closes a route. */
@Injectable()
export class ScopeGuard implements CanActivate {
  readonly #reflector: Reflector;

  constructor(reflector: Reflector) {
    this.#reflector = reflector;
  }

  canActivate(context: ExecutionContext): boolean {
    const scope = this.#reflector.getAllAndOverride<Scope | 'public'>(SCOPE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (scope === 'public') return true;
    const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!caller) throw new TidemarkError('UNAUTHENTICATED', 'an API key is required');
    assertScope(caller, scope);
    return true;
  }
}
