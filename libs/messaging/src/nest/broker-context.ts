import { BaseRpcContext } from '@nestjs/microservices';
import type { Delivery, Headers, Request } from '../port.js';

/** The second argument of a handler: the Request it serves or receives, or the Delivery it consumes. */
export class BrokerContext<M extends Request | Delivery = Request | Delivery> extends BaseRpcContext<[M]> {
  constructor(readonly message: M) {
    super([message]);
  }

  get subject(): string {
    return this.message.subject;
  }

  get headers(): Headers {
    return this.message.headers;
  }
}
