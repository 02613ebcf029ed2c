import type { ErrorCode, FieldProblem, TidemarkError } from '@tidemark/contracts';
import { errorStatus } from './status.js';

/** What every error answers with. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly requestId: string;
    readonly fields?: readonly FieldProblem[];
    readonly jobId?: string;
  };
}

export function errorBody({ code, message, details }: TidemarkError, requestId: string): ErrorBody {
  const { fields, jobId } = details;
  return { error: { code, message, requestId, ...(fields && { fields }), ...(jobId && { jobId }) } };
}

/** The same as problem details (RFC 9457), for those who ask for `application/problem+json`. */
export function problemBody(error: TidemarkError, status: number, requestId: string) {
  const { code, message, ...rest } = errorBody(error, requestId).error;
  const title = code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ');
  return { type: `urn:tidemark:error:${code}`, title, status, detail: message, code, ...rest };
}

/** Seconds for `Retry-After`; undefined when asking again would not help. */
export const retryAfterOf = ({ code, details }: TidemarkError): number | undefined =>
  details.retryAfter ?? errorStatus[code].retryAfter;
