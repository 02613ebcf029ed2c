export { jobCoordinator } from './job-coordinator.service.js';
