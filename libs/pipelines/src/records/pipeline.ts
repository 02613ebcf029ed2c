import type { FieldFault } from '@tidemark/contracts';
import { destinationProblems } from '../destination-problems.js';
import { parameterProblems } from '../parameter-problems.js';
import { definePipeline, type PipelineConnection } from '../pipeline.js';
import type { RecordsOutputs, RecordsParameters } from './outputs.js';

/** Compares the rows of one object with the snapshot before, and writes the differences into one destination. */
export const recordsPipeline = definePipeline<RecordsOutputs, RecordsParameters>()({
  kind: 'records',
  writes: true,
  jobTypes: ['incremental', 'full'],
  stages: [
    { name: 'query', service: 'connector-runner' },
    { name: 'detect', service: 'connector-runner' },
    { name: 'write', service: 'connector-runner' },
    { name: 'finalize', service: 'connector-runner' },
  ],
  earlyResults: ['succeeded', 'unchanged', 'completed_with_errors'],
  parameterProblems: parameterProblems({ incremental: ['dryRun', 'rows', 'only'], full: ['dryRun', 'rows', 'only'] }),
  connectionProblems,
});

export type RecordsPipeline = typeof recordsPipeline;

function connectionProblems({ source, destinations }: PipelineConnection): readonly FieldFault[] {
  const [destination] = destinations;
  const problems = [
    source.objects?.length !== 1 && {
      field: 'source.objects',
      message: 'must name exactly one object: record syncs compare one',
    },
    destinations.length !== 1 && { field: 'destinations', message: 'must have exactly one destination' },
    destination && !destination.mode && { field: 'destinations[0].mode', message: 'is required' },
    destination && !destination.object && { field: 'destinations[0].object', message: 'is required' },
  ];
  return [...problems.filter((one) => one !== false && one !== undefined), ...destinationProblems(destinations)];
}
