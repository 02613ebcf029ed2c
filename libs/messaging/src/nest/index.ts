export { BrokerContext } from './broker-context.js';
export { BrokerErrorFilter } from './broker-error-filter.js';
export { BrokerServer } from './broker-server.js';
export { BROKER_TRANSPORT, Consume, Serve } from './decorators.js';
