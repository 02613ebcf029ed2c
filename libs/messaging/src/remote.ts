import { RemoteError } from './errors.js';

/** An error as sent to the caller of a request. */
export interface ErrorReply {
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

/** The parts of a handler's error that the caller may see: its string `code` (`INTERNAL` without), message, details. */
export function errorReply(error: unknown): ErrorReply {
  if (typeof error !== 'object' || error === null) return { code: 'INTERNAL', message: String(error) };
  const { code, message, details } = error as Partial<ErrorReply>;
  return {
    code: typeof code === 'string' && code !== '' ? code : 'INTERNAL',
    message: typeof message === 'string' ? message : 'unknown error',
    ...(details === undefined ? {} : { details }),
  };
}

/** Whether an error means nothing to the caller: it has no code, so it has to be reported here. */
export function isSurprise(error: unknown): boolean {
  return errorReply(error).code === 'INTERNAL';
}

export function remoteError(reply: ErrorReply): RemoteError {
  return new RemoteError(reply.code, reply.message, reply.details);
}
