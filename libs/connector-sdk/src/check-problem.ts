import { ExternalError } from '@tidemark/resilience';
import type { CheckProblem } from './source.js';

/**
 * An external error as a problem of the configuration. `address`: the field to look at when there was no response.
 * @throws the error itself after an abort, or when it is not an ExternalError
 */
export function checkProblemOf(error: unknown, signal: AbortSignal, address?: string): CheckProblem {
  if (signal.aborted || !(error instanceof ExternalError)) throw error;
  const { code, message, status, connection, field = connection && !status ? address : undefined } = error;
  return { code, message, ...(field !== undefined && { field }) };
}
