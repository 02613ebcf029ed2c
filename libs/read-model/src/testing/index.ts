export { describeReadModel, type ReadModelHome } from './conformance.js';
export { projectionTwice } from './projection-twice.js';
export { describeProjector, type EventStoreHome } from './projecting.js';
