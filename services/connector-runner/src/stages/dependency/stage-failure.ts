import { ExternalError } from '@tidemark/resilience';

/** What a stage fails with after a failed call: an abort's own reason, else the failure, which says what was called. */
export function stageFailure(error: unknown, signal: AbortSignal, prefix = ''): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ExternalError) error.message = prefix + error.message;
  return error;
}
