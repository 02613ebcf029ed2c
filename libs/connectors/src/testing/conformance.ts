// The suites that every connector passes, and what a connector's test needs for them.
export { destinationConformance } from './destination-conformance.js';
export { openForTest } from './open-for-test.js';
export { CANARY, watchForSecrets } from './secrets.js';
export { sourceConformance } from './source-conformance.js';
export { TestToken } from './test-token.js';
export type * from './world.js';
