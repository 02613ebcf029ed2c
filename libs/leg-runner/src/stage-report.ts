import type { Checkpoint, ClaimRef, FactOf, StageOutput, StageReport } from '@tidemark/contracts';
import { MAX_REPORT_BYTES, StageFailed, type Pipeline, type StageResult } from '@tidemark/pipelines';

/** A stage's result as it is reported. @throws StageFailed when it has parts that the pipeline does not declare, or is too large */
export function reportOf(pipeline: Pipeline, stage: string, result: StageResult): Omit<StageReport, keyof ClaimRef> {
  const { output, counts, cursor, metrics, finish } = result;
  const facts: readonly FactOf[] | undefined = result.facts;
  for (const { type } of facts ?? []) if (!pipeline.facts?.includes(type)) throw undeclared(pipeline, `fact ${type}`);
  if (finish && !pipeline.earlyResults?.includes(finish)) throw undeclared(pipeline, `early result ${finish}`);
  assertMetrics(pipeline, metrics);
  assertSmall(output, `the output of stage ${stage}`);
  const changes = facts?.find(({ type }) => type === 'ChangesDetected')?.data;
  return { output: output as StageOutput, counts, cursor, metrics, finish, facts, changes };
}

/** @throws StageFailed when the pipeline does not declare a metric of it, or it is too large */
export function assertCheckpoint(pipeline: Pipeline, stage: string, checkpoint: Checkpoint): void {
  assertMetrics(pipeline, checkpoint.metrics);
  assertSmall(checkpoint, `a checkpoint of stage ${stage}`);
}

const undeclared = ({ kind }: Pipeline, what: string) =>
  new StageFailed('STAGE_UNDECLARED', `pipeline ${kind} declares no ${what}`, { retryable: false });

/** @throws StageFailed when the pipeline does not declare one of them */
function assertMetrics(pipeline: Pipeline, metrics: Checkpoint['metrics']): void {
  const unknown = Object.keys(metrics ?? {}).find((metric) => !pipeline.metrics?.some(({ name }) => name === metric));
  if (unknown !== undefined) throw undeclared(pipeline, `metric ${unknown}`);
}

/** @throws StageFailed when it is too large to be part of an event */
function assertSmall(value: object, what: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes <= MAX_REPORT_BYTES) return;
  const message = `${what} is ${bytes} bytes of JSON, more than the ${MAX_REPORT_BYTES} that fit: put it into a blob`;
  throw new StageFailed('STAGE_REPORT_TOO_LARGE', message, { retryable: false });
}
