import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { invalid, problem } from '@tidemark/contracts';
import type { FastifyRequest } from 'fastify';

const FIELD = 'Idempotency-Key';

/** A caller's key, when it gave one. @throws TidemarkError VALIDATION_FAILED */
export function idempotencyKeyOf(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string' && /^[\x20-\x7e]{1,255}$/.test(given)) return given;
  throw invalid([problem(FIELD, 'must be 1 to 255 printable ASCII characters')]);
}

/** The header of an HTTP request, as a handler's parameter. */
export const IdempotencyKey = createParamDecorator((_: unknown, execution: ExecutionContext): string | undefined =>
  idempotencyKeyOf(execution.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key']),
);

/** Describes the header in OpenAPI. */
export const ApiIdempotencyKey = () =>
  ApiHeader({
    name: FIELD,
    required: false,
    description:
      'Makes the request safe to repeat, for as long as its result is known: the same key with the same body answers ' +
      '409, DUPLICATE_JOB with the `jobId` or DUPLICATE_REQUEST with the `id` of what it created; with another body, ' +
      '422 IDEMPOTENCY_KEY_REUSED.',
  });
