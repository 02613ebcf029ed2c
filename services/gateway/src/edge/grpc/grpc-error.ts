import { Metadata, type ServiceError } from '@grpc/grpc-js';
import type { TidemarkError } from '@tidemark/contracts';
import { cleanText } from '@tidemark/contracts/fields';
import { retryAfterOf } from '../errors/error-body.js';
import { errorStatus } from '../errors/status.js';

/** The error in gRPC: the status of its code, and everything else in the trailers. */
export function grpcError(error: TidemarkError, requestId: string): Partial<ServiceError> {
  const { code, details } = error;
  const message = cleanText(error.message);
  const metadata = new Metadata();
  metadata.set('tidemark-error-code', code);
  metadata.set('tidemark-request-id', requestId);
  // Trailers are ASCII: other characters are escaped as in JSON.
  if (details.fields) metadata.set('tidemark-error-fields', ascii(JSON.stringify(details.fields)));
  if (details.jobId) metadata.set('tidemark-job-id', details.jobId);
  if (details.id) metadata.set('tidemark-existing-id', details.id);
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) metadata.set('retry-after', String(Math.ceil(retryAfter)));
  return { code: errorStatus[code].grpc, details: message, message, metadata };
}

const ascii = (json: string) =>
  json.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
