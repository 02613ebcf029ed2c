// The conformance suites for connectors, and helpers for their tests. Runs in Jest.
export { destinationConformance } from './destination-conformance.js';
export { openForTest } from './open-for-test.js';
export {
  idsOf,
  Reader,
  type ReaderOptions,
  type ReaderRequest,
  type ReaderSubject,
  type Reading,
  stored,
} from './reader.js';
export { CANARY, watchForSecrets } from './secrets.js';
export { sourceConformance } from './source-conformance.js';
export { TestToken } from './test-token.js';
export type {
  Connection,
  DestinationSubject,
  DestinationWorld,
  Fault,
  SourceSubject,
  SourceWithout,
  SourceWorld,
  Times,
  WrongConnection,
} from './world.js';
