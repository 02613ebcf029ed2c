import type { ExternalError } from '@tidemark/resilience';
import { CliError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';

/** Turns a failure of an external system into a CliError. Other errors are returned unchanged. */
export function failureOf(error: unknown, hint?: string): unknown {
  if (!isExternal(error)) return error;
  const seconds = error.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs / 1000);
  const hints = [hint, ...(error.code.endsWith('_ADDRESS_REFUSED') ? ['--allow HOST permits it'] : [])];
  const advice = hints.filter((one) => one !== undefined).join('; ');
  const details = { ...(advice && { hint: advice }), ...(seconds !== undefined && { retryAfter: seconds }) };
  return new CliError(exitCodeOf(error), error.code, error.message, details, { cause: error });
}

// Recognised by shape: the class would have to be loaded for commands that do not need it.
const isExternal = (error: unknown): error is ExternalError =>
  error instanceof Error && 'retryable' in error && 'code' in error && typeof error.code === 'string';

function exitCodeOf({ code, retryable }: ExternalError): ExitCode {
  if (retryable) return exitCodes.unavailable;
  if (/(^NO_ACCESS_TOKEN|_AUTH_EXPIRED|_FORBIDDEN|_ADDRESS_REFUSED)$/.test(code)) return exitCodes.denied;
  if (code.endsWith('_NOT_FOUND')) return exitCodes.notFound;
  return code.endsWith('_CURSOR_EXPIRED') ? exitCodes.conflict : exitCodes.usage;
}
