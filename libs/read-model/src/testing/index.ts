export { describeReadModel } from './conformance.js';
export type { ReadModelHome } from './home.js';
export { projectionTwice } from './projection-twice.js';
export type { EventStoreHome } from './event-store-home.js';
export { describeProjector } from './projecting.js';
