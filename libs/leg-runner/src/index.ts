export { LegRunner, type LegRunnerOptions } from './leg-runner.js';
export type { Leg, RunStage, StageOutcome } from './leg.js';
