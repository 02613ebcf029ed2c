import { ExternalError } from '@tidemark/resilience';

/** The error of a stage after a failed call: an abort's own reason, else the failure, which names the URL. */
export function stageFailure(error: unknown, signal: AbortSignal, prefix = ''): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ExternalError) error.message = prefix + error.message;
  return error;
}
