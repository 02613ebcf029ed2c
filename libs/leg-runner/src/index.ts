export { LegRunner, type LegRunnerOptions } from './leg-runner.js';
export type { ConnectorOpener } from './open-connectors.js';
