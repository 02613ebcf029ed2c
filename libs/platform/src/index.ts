export { allPorts, openAdapters, type AdapterNeeds, type Adapters, type Opened, type PortName } from './adapters.js';
export { healthOf } from './health.js';
export { runService, type ServiceDefinition } from './run-service.js';
export type { Service } from './service.js';
export { createLogger, type Logger } from './logger.js';
export { traced } from './traced.js';
export { serveVerbs } from './serve-verbs.js';
export { serveOperations, type OperatedProjections } from './operations.js';
