export { allPorts, openAdapters, type AdapterNeeds, type Adapters, type Opened, type PortName } from './adapters.js';
export { healthOf } from './health.js';
export { runService, type Service, type ServiceDefinition } from './run-service.js';
export { createLogger, type Logger } from './logger.js';
export { serveOperations, type OperatedProjections } from './operations.js';
