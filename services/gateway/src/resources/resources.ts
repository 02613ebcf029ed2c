/** Every resource of the API, one line each, with its routes, gRPC methods, commands and queries. */
export { changes } from './changes/changes.resource.js';
export { comparisons } from './comparisons/comparisons.resource.js';
export { conditions } from './conditions/conditions.resource.js';
export { connections } from './connections/connections.resource.js';
export { connectors } from './connectors/connectors.resource.js';
export { credentials } from './credentials/credentials.resource.js';
export { deadLetters } from './dead-letters/dead-letters.resource.js';
export { dependencies } from './dependencies/dependencies.resource.js';
export { hooks } from './hooks/hooks.resource.js';
export { ignores } from './ignores/ignores.resource.js';
export { jobs } from './jobs/jobs.resource.js';
export { keys } from './keys/keys.resource.js';
export { overview } from './overview/overview.resource.js';
export { projections } from './projections/projections.resource.js';
export { providers } from './providers/providers.resource.js';
export { records } from './records/records.resource.js';
export { snapshots } from './snapshots/snapshots.resource.js';
