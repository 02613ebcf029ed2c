export { BrokerContext } from './broker-context.js';
export { BrokerErrorFilter } from './broker-error-filter.js';
export { BrokerServer, type BrokerServerOptions } from './broker-server.js';
export { connectBroker } from './connect-broker.js';
export { BROKER_TRANSPORT, Consume, Listen, Serve } from './decorators.js';
