export * from './port.js';
export * from './errors.js';
export { createBroker, type CreateBrokerOptions } from './create-broker.js';
export { EmbeddedBroker, type EmbeddedBrokerOptions } from './embedded/embedded-broker.js';
export type { EmbeddedLog } from './embedded/embedded-log.js';
export { NatsBroker, type NatsBrokerOptions } from './nats/nats-broker.js';
export type { StreamLimits } from './nats/topology.js';
