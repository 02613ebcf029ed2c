export * from './port.js';
export * from './errors.js';
export { createBroker, type CreateBrokerOptions } from './create-broker.js';
export { NatsBroker, type NatsBrokerOptions } from './nats/nats-broker.js';
