export * from './port.js';
export * from './errors.js';
export { createEventStore, type EventStoreOptions } from './create-event-store.js';
export { SqliteEventStore, type SqliteEventStoreOptions } from './sqlite/sqlite-event-store.js';
export type { Checkpoints } from './sqlite/checkpoints.js';
export type { Anchor, History, LogMark, Observation, Place } from './history/epochs.js';
export { LogHistory } from './history/log-history.js';
export { storedEvents } from './stored-events.js';
export { fold, type Command, type Decider, type DomainEvent, type EventStreams } from './decider/decider.js';
export {
  AggregateStore,
  type AggregateStoreOptions,
  type CommandContext,
  type Handled,
} from './decider/aggregate-store.js';
export { loadSnapshot, type Snapshot } from './decider/snapshot.js';
