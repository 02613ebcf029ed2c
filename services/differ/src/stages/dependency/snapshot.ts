import { isUnchanged, type DependencyPipeline, type SnapshotOutput, type StageContext } from '@tidemark/pipelines';

/** The output of the snapshot stage. @throws Error when it took no snapshot, with which the job should have ended */
export function snapshotOf(context: StageContext<DependencyPipeline>): SnapshotOutput {
  const output = context.output('snapshot');
  if (isUnchanged(output)) throw new Error('the source is unchanged: there is no snapshot to compare');
  return output;
}
