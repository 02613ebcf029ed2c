export type { BrokerRoutes } from './broker-module.js';
export { mountRoutes, type MountOptions } from './mount-routes.js';
