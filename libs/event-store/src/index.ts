export * from './port.js';
export * from './errors.js';
export { createEventStore, type EventStoreOptions } from './create-event-store.js';
export { SqliteEventStore, type SqliteEventStoreOptions } from './sqlite/sqlite-event-store.js';
export type { Checkpoints } from './sqlite/checkpoints.js';
export { uuidv5, uuidv7 } from './ids.js';
export { systemClock, type Clock } from './clock.js';
export { BoundedCache } from './bounded-cache.js';
