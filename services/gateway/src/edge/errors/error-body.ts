import { ErrorCodeField, FieldProblem, type ErrorCode, type TidemarkError } from '@tidemark/contracts';
import { ListOf, Nested, Shape, Text } from '@tidemark/contracts/fields';
import { errorStatus } from './status.js';

@Shape()
export class ErrorInfo {
  @ErrorCodeField()
  readonly code!: ErrorCode;

  @Text()
  readonly message!: string;

  @Text({ description: 'Also in the header X-Request-Id of every response.' })
  readonly requestId!: string;

  @ListOf(() => FieldProblem, { optional: true })
  readonly fields?: readonly FieldProblem[];

  @Text({
    optional: true,
    description: 'With DUPLICATE_JOB: the existing job. With CONNECTION_BUSY: the job that is being retried.',
  })
  readonly jobId?: string;

  @Text({ optional: true, description: 'With DUPLICATE_REQUEST: what the key has created already.' })
  readonly id?: string;
}

/** The body of every error response. */
@Shape()
export class ErrorBody {
  @Nested(() => ErrorInfo)
  readonly error!: ErrorInfo;
}

export function errorBody({ code, message, details }: TidemarkError, requestId: string): ErrorBody {
  const { fields, jobId, id } = details;
  return { error: { code, message, requestId, ...(fields && { fields }), ...(jobId && { jobId }), ...(id && { id }) } };
}

/** The same as problem details (RFC 9457), for clients that accept `application/problem+json`. */
export function problemBody(error: TidemarkError, status: number, requestId: string) {
  const { code, message, ...rest } = errorBody(error, requestId).error;
  const title = code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ');
  return { type: `urn:tidemark:error:${code}`, title, status, detail: message, code, ...rest };
}

/** Seconds for `Retry-After`; undefined when a retry would not help. */
export const retryAfterOf = ({ code, details }: TidemarkError): number | undefined =>
  details.retryAfter ?? errorStatus[code].retryAfter;
