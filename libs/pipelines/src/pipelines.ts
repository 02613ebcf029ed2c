import { dependencyPipeline } from './dependency/pipeline.js';
import { integrationPipeline } from './integration/pipeline.js';
import { noopPipeline } from './noop/pipeline.js';
import type { Pipeline } from './pipeline.js';
import { recordsPipeline } from './records/pipeline.js';

/** Pipelines by kind. */
export type Pipelines = ReadonlyMap<string, Pipeline>;

export const pipelinesOf = (...all: readonly Pipeline[]): Pipelines =>
  new Map(all.map((pipeline) => [pipeline.kind, pipeline]));

/** Every pipeline that jobs of this version run. */
export const pipelines: Pipelines = pipelinesOf(dependencyPipeline, integrationPipeline, recordsPipeline, noopPipeline);
