import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiDefaultResponse, ApiTags } from '@nestjs/swagger';
import { ErrorBody } from '../errors/error-body.js';

const example = {
  error: { code: 'NOT_FOUND', message: 'no such job', requestId: '019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e' },
};

/** A group of routes under /v1; all require a key and share the shape of errors. */
export const ApiResource = (tag: string) =>
  applyDecorators(
    ApiTags(tag),
    ApiBearerAuth('key'),
    ApiDefaultResponse({
      type: ErrorBody,
      description: 'Any error; as `application/problem+json` (RFC 9457) when the client accepts it.',
      example,
    }),
  );
