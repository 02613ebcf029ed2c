export { openAdapters, type AdapterNeeds, type Opened } from './adapters.js';
export { allPorts, type Adapters, type PortName } from './ports.js';
export {
  defineService,
  type AnyService,
  type Consumer,
  type Gauge,
  type RunningService,
  type ServiceContext,
  type ServiceDeclaration,
  type ServiceParts,
  type StageParts,
} from './declaration.js';
export { healthOf, publicView } from './health.js';
export type { Follower } from './lag-watch.js';
export { createLogger, quietly, type Logger } from './logger.js';
export { runProcess, runService, type ProcessOptions } from './run-service.js';
export { startService } from './start-service.js';
