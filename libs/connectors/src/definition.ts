import type { FieldProblem, PipelineDefinition } from '@tidemark/contracts';

/** The part of a connector that does no I/O: what its pipeline is and which configs it accepts. */
export interface ConnectorDefinition {
  readonly name: string;
  readonly title: string;
  /** Its stages have unique names. */
  readonly pipeline: PipelineDefinition;
  /** Everything that is wrong with a config at once, fields as paths from the config; empty when it can be used. Never throws. */
  validateConfig(config: unknown): FieldProblem[];
}
