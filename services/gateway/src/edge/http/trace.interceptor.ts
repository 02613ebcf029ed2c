import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { inSpan } from '@tidemark/telemetry';
import type { FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';

/** One span per request, named by its route, in the caller's trace when the caller sent one. */
@Injectable()
export class TraceInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const route = request.routeOptions.url ?? 'unknown';
    const traceparent = request.headers['traceparent'];
    const attributes = {
      'http.request.method': request.method,
      'http.route': route,
      'tidemark.request_id': request.id,
      ...(request.caller && { 'tidemark.tenant': request.caller.tenant }),
    };
    const parent = typeof traceparent === 'string' ? traceparent : undefined;
    return from(
      inSpan(`${request.method} ${route}`, { kind: 'SERVER', parent, attributes }, () =>
        lastValueFrom(next.handle(), { defaultValue: undefined }),
      ),
    );
  }
}
