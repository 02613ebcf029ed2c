import { ExternalError } from '@tidemark/resilience';
import { StageError, type StageContext } from './sdk/stages.js';

/** Takes an artefact out of the leg's memory; it is needed once, and large. */
export function takeArtefact<T>(context: StageContext, name: string): T | undefined {
  const artefact = context.artefacts.get(name) as T | undefined;
  context.artefacts.delete(name);
  return artefact;
}

/** A failed call as a failed stage. After an abort, the abort's own reason. */
export function stageErrorOf(error: unknown, signal: AbortSignal, prefix = ''): unknown {
  if (signal.aborted) return signal.reason;
  if (!(error instanceof ExternalError)) return error;
  const { code, message, retryable, retryAfterMs } = error;
  return new StageError(code, prefix + message, retryable, {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
