import type { ExternalError } from '@tidemark/resilience';
import { CliError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';

/** A failure of the system that a connector talks to, as the end of the program. Others are handed on. */
export function failureOf(error: unknown, hint?: string): unknown {
  if (!isExternal(error)) return error;
  const seconds = error.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs / 1000);
  const hints = [hint, ...(error.code.endsWith('_ADDRESS_REFUSED') ? ['--allow HOST lets it be called'] : [])];
  const advice = hints.filter((one) => one !== undefined).join('; ');
  const details = { ...(advice && { hint: advice }), ...(seconds !== undefined && { retryAfter: seconds }) };
  return new CliError(exitCodeOf(error), error.code, error.message, details, { cause: error });
}

// Told by its shape: the class would have to be loaded for commands that need none of this.
const isExternal = (error: unknown): error is ExternalError =>
  error instanceof Error && 'retryable' in error && 'code' in error && typeof error.code === 'string';

function exitCodeOf({ code, retryable }: ExternalError): ExitCode {
  if (retryable) return exitCodes.unavailable;
  if (/_(AUTH_EXPIRED|FORBIDDEN|ADDRESS_REFUSED)$/.test(code)) return exitCodes.denied;
  if (code.endsWith('_NOT_FOUND')) return exitCodes.notFound;
  return code.endsWith('_CURSOR_EXPIRED') ? exitCodes.conflict : exitCodes.usage;
}
