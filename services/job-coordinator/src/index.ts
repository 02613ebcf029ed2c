export { startJobCoordinator } from './job-coordinator.js';
export { ownCatalogue, type Catalogue } from './catalogue.js';
