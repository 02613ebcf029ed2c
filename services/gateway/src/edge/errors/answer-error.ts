import { HttpException } from '@nestjs/common';
import { TidemarkError } from '@tidemark/contracts';
import type { Logger } from '@tidemark/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, problemBody, retryAfterOf } from './error-body.js';
import { errorStatus } from './status.js';
import { toTidemarkError } from './to-error.js';

/** Answers a request with an error, in the shape that all errors have. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const { error, status } = describe(thrown, request);
  if (status === 500) logger.error(unexpected(request.id, error));
  // The response has begun: it can only be cut off, so that it does not look complete.
  if (reply.raw.headersSent) return void reply.raw.destroy();
  reply.header('x-request-id', request.id);
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(retryAfter)));
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  reply.status(status);
  if (wantsProblem(request))
    reply.type('application/problem+json').send(JSON.stringify(problemBody(error, status, request.id)));
  else reply.type('application/json; charset=utf-8').send(errorBody(error, request.id));
}

function describe(thrown: unknown, request: FastifyRequest): { error: TidemarkError; status: number } {
  const ofEdge = edgeError(thrown, request);
  if (ofEdge) return ofEdge;
  const error = toTidemarkError(thrown);
  return { error, status: errorStatus[error.code].http };
}

/** Errors of Fastify and Nest themselves: the body, the content type, the route. */
function edgeError(thrown: unknown, { method, url }: FastifyRequest) {
  if (thrown instanceof TidemarkError) return undefined;
  const { code = '', statusCode } = thrown as { code?: unknown; statusCode?: unknown };
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusCode;
  if (status === 404)
    return { error: new TidemarkError('NOT_FOUND', `no such route: ${method} ${url.split('?')[0]}`), status };
  if (status === 413)
    return { error: new TidemarkError('PAYLOAD_TOO_LARGE', 'the request body is larger than 1 MB'), status };
  if (status === 415)
    return { error: new TidemarkError('VALIDATION_FAILED', 'the content type must be application/json'), status };
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  const malformed = (thrown as Error).name === 'SyntaxError' || String(code).includes('JSON');
  const message = malformed ? 'the request body is not valid JSON' : 'the request is malformed';
  return { error: new TidemarkError('VALIDATION_FAILED', message), status: 400 };
}

const wantsProblem = ({ headers }: FastifyRequest) => headers.accept?.includes('application/problem+json') ?? false;

function unexpected(requestId: string, error: TidemarkError): Error {
  const cause = error.cause instanceof Error ? error.cause : error;
  return new Error(`request ${requestId}: ${cause.message}`, { cause });
}
