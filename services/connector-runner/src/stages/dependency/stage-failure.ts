import { ExternalError } from '@tidemark/resilience';
<<<<<<<< HEAD:libs/connectors/src/openapi/stage-tools.ts
import type { StageContext } from '@tidemark/connector-sdk';

/** Takes an artefact out of the leg's memory; it is needed once, and large. */
export function takeArtefact<T>(context: StageContext, name: string): T | undefined {
  const artefact = context.artefacts.get(name) as T | undefined;
  context.artefacts.delete(name);
  return artefact;
}
========
>>>>>>>> 3a53c45 (feat(pipelines): pipelines are things of their own, with checkpoints inside stages and facts):services/connector-runner/src/stages/dependency/stage-failure.ts

/** What a stage fails with after a failed call: an abort's own reason, else the failure, which says what was called. */
export function stageFailure(error: unknown, signal: AbortSignal, prefix = ''): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ExternalError) error.message = prefix + error.message;
  return error;
}
