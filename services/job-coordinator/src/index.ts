export { startJobCoordinator } from './job-coordinator.js';
