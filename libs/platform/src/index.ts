export { openAdapters, type Adapters, type AdapterNeeds } from './adapters.js';
export { runService, type Service, type ServiceDefinition } from './run-service.js';
export { createLogger, type Logger } from './logger.js';
export { serveOperations, type OperatedProjections } from './operations.js';
