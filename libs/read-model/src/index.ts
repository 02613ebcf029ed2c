export * from './port.js';
export { createReadModel, type ReadModelOptions } from './create-read-model.js';
export { Projector, type ProjectorOptions } from './projector.js';
export type { RebuildResult } from './requests.js';
