import { connectors } from '@tidemark/connectors';
import { implement, pipelines, stageTable } from '@tidemark/pipelines';
import { announceStage } from './announce.stage.js';
import { exampleConnectors } from './connectors.js';
import { copyStage } from './copy.stage.js';
import { copyPipeline } from './pipeline.js';
import { prepareStage } from './prepare.stage.js';

/** The additions to services that support the example. */
export const withCopy = {
  connectors: new Map([...connectors, ...exampleConnectors]),
  pipelines: new Map([...pipelines, [copyPipeline.kind, copyPipeline]]),
  extraStages: stageTable(
    implement(copyPipeline, 'connector-runner', { prepare: prepareStage, copy: copyStage, announce: announceStage }),
  ),
};
