import { ownCatalogue, type Catalogue } from '@tidemark/job-coordinator';
import { implement, stageTable } from '@tidemark/pipelines';
import { announceStage } from './announce.stage.js';
import { exampleConnectors } from './connectors.js';
import { copyStage } from './copy.stage.js';
import { copyPipeline } from './pipeline.js';
import { prepareStage } from './prepare.stage.js';

/** What the runner needs to know of the example. */
export const copyExtras = {
  connectors: exampleConnectors,
  stages: stageTable(
    implement(copyPipeline, 'connector-runner', { prepare: prepareStage, copy: copyStage, announce: announceStage }),
  ),
};

/** What the coordinator needs to know of it. */
export const copyCatalogue: Catalogue = {
  manifests: new Map([
    ...ownCatalogue.manifests,
    ...[...exampleConnectors].map(([name, { manifest }]) => [name, manifest] as const),
  ]),
  pipelines: new Map([...ownCatalogue.pipelines, [copyPipeline.kind, copyPipeline]]),
};
