// The entry point for those who only need to know the connectors: nothing here, nor below it, does I/O.
import type { PipelineDefinition } from '@tidemark/contracts';
import type { ConnectorDefinition } from './definition.js';
import { noopDefinition } from './noop/noop.definition.js';
import { openapiDefinition } from './openapi/openapi.definition.js';

export type { ConnectorDefinition } from './definition.js';
export type { OpenapiConfig } from './openapi/openapi.config.js';

/** The definitions of all connectors, by name. */
export const catalogue: ReadonlyMap<string, ConnectorDefinition> = new Map(
  [openapiDefinition, noopDefinition].map((definition) => [definition.name, definition]),
);

/** The pipeline of a connector's jobs, or undefined when there is no such connector. */
export function pipelineOf(connector: string): PipelineDefinition | undefined {
  return catalogue.get(connector)?.pipeline;
}
