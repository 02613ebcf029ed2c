import type { INestApplication, INestMicroservice } from '@nestjs/common';
import type { Broker } from '../port.js';
import { BrokerErrorFilter } from './broker-error-filter.js';
import { BrokerServer, type BrokerServerOptions } from './broker-server.js';

/** Adds the broker to a Nest application as a microservice; `app.startAllMicroservices()` starts it. */
export function connectBroker(app: INestApplication, broker: Broker, options?: BrokerServerOptions): INestMicroservice {
  const microservice = app.connectMicroservice({ strategy: new BrokerServer(broker, options) });
  microservice.useGlobalFilters(new BrokerErrorFilter());
  return microservice;
}
