export * from './port.js';
export { InvalidCursor } from './cursor.js';
export { COUNTED, pageOfList } from './plan.js';
export { createReadModel, type ReadModelOptions } from './create-read-model.js';
export { Projector, type ProjectorOptions } from './projector.js';
export type { RebuildResult } from './requests.js';
