export { describeReadModel } from './conformance.js';
export type { ReadModelHome } from './home.js';
export { projectionTwice } from './projection-twice.js';
export { describeProjector, type EventStoreHome } from './projecting.js';
