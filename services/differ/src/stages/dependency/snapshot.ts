import { isUnchanged, type DependencyPipeline, type SnapshotOutput, type StageContext } from '@tidemark/pipelines';

/** What the snapshot stage took. @throws Error when it took none: the job had ended with it */
export function snapshotOf(context: StageContext<DependencyPipeline>): SnapshotOutput {
  const output = context.output('snapshot');
  if (isUnchanged(output)) throw new Error('the source is unchanged: there is no snapshot to compare');
  return output;
}
